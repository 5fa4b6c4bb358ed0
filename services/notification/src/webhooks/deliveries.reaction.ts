import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import type { Reaction } from "@sluice/projection"
import {
  type Delivery,
  deliveryTo,
  planDeliveries,
  type Step,
  subscriptionOf
} from "@sluice/subscription/delivery.plan"
import { type Span, spanHolds } from "@sluice/subscription/subscription.spans"
import { Effect } from "effect"
import { applyPlan, handledEvents, loadSpans, loadStates, saveSpans } from "./deliveries.sql.ts"

const PAGE = 5_000

/**
 * "Who gets this event?": keeps `sluice.deliveries`, `sluice.subscription_spans` and `sluice.webhook_endpoints`, in the
 * transaction of the consumer's checkpoint. `onDue` is told that there is something to deliver as soon as it commits.
 */
export const deliveries = (onDue: () => void): Reaction => ({
  name: "deliveries",
  apply: (events) =>
    Effect.gen(function* () {
      const tenants = [...new Set(events.map(({ tenant }) => tenant))]
      const first = Math.min(...events.map(({ position }) => position))
      const own = events.flatMap((event) => subscriptionOf(event) ?? [])
      const spans = yield* loadSpans(tenants, first - 1)
      const states = own.length === 0 ? new Map() : yield* loadStates(own)
      const plan = planDeliveries(events, { spans, states })
      const late = yield* Effect.forEach(plan.opened, (span) => deliverHandled(span, events))
      const steps = [...plan.steps, ...late.flat()]
      if (plan.closed.length + plan.opened.length > 0) yield* saveSpans(plan)
      if (steps.length + plan.states.length === 0) return
      yield* applyPlan({ steps, states: plan.states })
      onDue()
    })
})

/**
 * A span that begins before events that were handled already: the subscription's stream was parked, or the broker gave its
 * events late. What those events should have led to is made up for.
 */
const deliverHandled = (span: Span, batch: ReadonlyArray<RecordedEvent>) =>
  Effect.gen(function* () {
    const planned = new Set(batch.map(({ position }) => position))
    const found: Array<Delivery> = []
    let after = span.after
    while (true) {
      const page = yield* handledEvents(span, after, PAGE)
      for (const event of page)
        if (!planned.has(event.position) && subscriptionOf(event) === undefined && spanHolds(span, event))
          found.push(deliveryTo(span.subscriptionId, event))
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) break
      after = last.position
    }
    return found.length === 0 ? [] : [{ what: "deliver", deliveries: found } satisfies Step as Step]
  })
