import { deliveryId } from "@sluice/contracts/delivery/delivery.ids"
import { type Fact, type RecordedEvent, toFact } from "@sluice/contracts/event/event.envelope"
import { categoryOf, idOf } from "@sluice/contracts/event/event.stream-id"
import type { SubscriptionEvent } from "@sluice/contracts/subscription/subscription.events"
import { type Span, spanChange, spanHolds } from "./subscription.spans.ts"
import type { CreatedSubscription, SubscriptionState } from "./subscription.state.ts"
import { subscription } from "./subscription.stream.ts"

/** Pure planning of a batch: which events go to which subscriptions, and what their own events change. */

/** What of an event its delivery keeps. */
export type Deliverable = Pick<RecordedEvent, "tenant" | "eventId" | "position" | "type" | "streamId" | "recordedAt">

export interface Delivery extends Deliverable {
  readonly id: string
  readonly subscriptionId: string
}

interface Of {
  readonly tenant: string
  readonly subscriptionId: string
}

/** What is done to deliveries, in the order of the log. */
export type Step =
  | { readonly what: "deliver"; readonly deliveries: ReadonlyArray<Delivery> }
  /** One that has ended starts anew. */
  | (Of & { readonly what: "redeliver"; readonly deliveryId: string })
  /** All that are dead start anew, if their event was recorded at `since` or later. */
  | (Of & { readonly what: "redeliver-dead"; readonly since: string })
  /** Everything that is pending ends dead. */
  | (Of & { readonly what: "bury"; readonly reason: string })

export interface Plan {
  readonly steps: ReadonlyArray<Step>
  readonly states: ReadonlyArray<Of & { readonly state: CreatedSubscription }>
  readonly closed: ReadonlyArray<Of & { readonly until: number }>
  readonly opened: ReadonlyArray<Span>
}

export interface Known {
  /** Spans that may hold an event of the batch. */
  readonly spans: ReadonlyArray<Span>
  /** By `keyOf`. */
  readonly states: ReadonlyMap<string, SubscriptionState>
}

// A tenant's name holds no space.
export const keyOf = ({ tenant, subscriptionId }: Of): string => `${tenant} ${subscriptionId}`

/** The subscription whose stream the event is on; undefined for any other event. */
export const subscriptionOf = ({ tenant, streamId }: Pick<RecordedEvent, "tenant" | "streamId">): Of | undefined =>
  categoryOf(streamId) === "subscription" ? { tenant, subscriptionId: idOf(streamId) } : undefined

export const deliveryTo = (subscriptionId: string, event: Deliverable): Delivery => {
  const { tenant, eventId, position, type, streamId, recordedAt } = event
  const id = deliveryId(subscriptionId, eventId)
  return { id, tenant, subscriptionId, eventId, position, type, streamId, recordedAt }
}

/** Events in the order of the log; those of one stream follow on what `known` says of it. */
export const planDeliveries = (events: ReadonlyArray<RecordedEvent>, known: Known): Plan => {
  const steps: Array<Step> = []
  const states = new Map<string, Of & { readonly state: SubscriptionState }>()
  const closed: Array<Of & { readonly until: number }> = []
  const opened: Array<Span> = []
  const spans = Map.groupBy(known.spans, ({ tenant }) => tenant)
  let fresh: Array<Delivery> = []
  const step = (next: Step): void => {
    if (fresh.length > 0) steps.push({ what: "deliver", deliveries: fresh })
    fresh = []
    steps.push(next)
  }

  const hear = (of: Of, event: RecordedEvent): void => {
    const { tenant, subscriptionId } = of
    const before = states.get(keyOf(of))?.state ?? known.states.get(keyOf(of)) ?? subscription.initial
    const fact = toFact(event) as Fact<SubscriptionEvent>
    const state = subscription.evolve(before, fact)
    states.set(keyOf(of), { ...of, state })
    const { closes, opens } = spanChange(of, event.position, before, state)
    if (closes) {
      closed.push({ ...of, until: event.position })
      const ended = (span: Span): Span =>
        span.subscriptionId === subscriptionId && span.until === null ? { ...span, until: event.position } : span
      spans.set(tenant, (spans.get(tenant) ?? []).map(ended))
      for (const [index, span] of opened.entries()) if (span.tenant === tenant) opened[index] = ended(span)
    }
    if (opens !== undefined) {
      opened.push(opens)
      spans.set(tenant, [...(spans.get(tenant) ?? []), opens])
    }
    switch (fact.type) {
      case "subscription.test-requested":
        fresh.push(deliveryTo(subscriptionId, event))
        break
      case "subscription.redelivery-requested":
        step({ what: "redeliver", ...of, deliveryId: fact.data.deliveryId })
        break
      case "subscription.dead-redelivery-requested":
        step({ what: "redeliver-dead", ...of, since: fact.data.since })
        break
      case "subscription.disabled":
      case "subscription.deleted":
        step({ what: "bury", ...of, reason: `The subscription was ${state.status}` })
    }
  }

  for (const event of events) {
    const of = subscriptionOf(event)
    if (of !== undefined) hear(of, event)
    else
      for (const span of spans.get(event.tenant) ?? [])
        if (spanHolds(span, event)) fresh.push(deliveryTo(span.subscriptionId, event))
  }
  if (fresh.length > 0) steps.push({ what: "deliver", deliveries: fresh })
  return { steps, states: [...states.values()].filter(isCreated), closed, opened }
}

const isCreated = <A extends { readonly state: SubscriptionState }>(
  one: A
): one is A & { readonly state: CreatedSubscription } => one.state.status !== "none"
