import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Postgres } from "@sluice/postgres"
import { type SubscriptionState, subscription } from "@sluice/subscription"
import { keyOf, planDeliveries } from "@sluice/subscription/delivery.plan"
import type { Span } from "@sluice/subscription/subscription.spans"
import { Effect } from "effect"
import { inPages } from "./verify.pages.ts"
import type { Tally } from "./verify.report.ts"

/**
 * Who was to get which events, worked out once more from the log alone, page by page, and held against what the
 * notification service keeps (I8). Memory: an id per delivery.
 */
export const makeDeliveryCheck = (tally: Tally) => {
  const states = new Map<string, SubscriptionState>()
  let spans: ReadonlyArray<Span> = []
  const wanted = new Map<string, string>()
  return {
    /** Events in the order of the log. */
    add: (events: ReadonlyArray<RecordedEvent>): void => {
      const plan = planDeliveries(events, { spans, states })
      for (const { state, ...of } of plan.states) states.set(keyOf(of), state)
      const ended = new Set(plan.closed.map(keyOf))
      spans = [...spans.filter((span) => !ended.has(keyOf(span))), ...plan.opened.filter(({ until }) => until === null)]
      for (const step of plan.steps)
        if (step.what === "deliver")
          for (const { tenant, id, subscriptionId, streamId, type } of step.deliveries)
            wanted.set(`${tenant} ${id}`, `${type} of ${streamId} to subscription ${subscriptionId}`)
    },
    /** What was made of events up to there. */
    compare: (upTo: number) =>
      Effect.gen(function* () {
        yield* eachDelivery((row) => {
          if (row.position > upTo) return
          tally.add("webhooks")
          if (!wanted.delete(`${row.tenant} ${row.id}`))
            tally.found("deliveries", `${row.tenant} ${row.id} is a delivery that no subscription wanted`)
        })
        for (const [key, what] of wanted) tally.found("deliveries", `${key} is missing: ${what}`)
        for (const { tenant, subscriptionId, state } of yield* endpoints) {
          const key = keyOf({ tenant, subscriptionId })
          const known = states.get(key)
          // One that has moved on since has more events than we have read.
          if (known !== undefined && state.version > versionOf(known)) continue
          if (known === undefined || JSON.stringify(subscription.encode(known)) !== JSON.stringify(state.encoded))
            tally.found("deliveries", `${key} delivers as its events do not say`)
          states.delete(key)
        }
        for (const [key, state] of states)
          if (state.status !== "none") tally.found("deliveries", `${key} delivers nowhere`)
      })
  }
}

const versionOf = (state: SubscriptionState): number => (state.status === "none" ? 0 : state.version)

interface DeliveryRow {
  readonly tenant: string
  readonly id: string
  readonly position: number
}

const eachDelivery = (each: (row: DeliveryRow) => void) =>
  inPages({
    first: { tenant: "", id: "00000000-0000-0000-0000-000000000000" },
    page: (after, limit) =>
      Postgres.use((pg) =>
        pg.query<DeliveryRow>(
          (sql) => sql<DeliveryRow[]>`
            select tenant, id, position from sluice.deliveries where (tenant, id) > (${after.tenant}, ${after.id}::uuid)
            order by tenant, id limit ${limit}`
        )
      ),
    cursor: ({ tenant, id }) => ({ tenant, id }),
    each
  })

const endpoints = Postgres.use((pg) =>
  pg.query<{ tenant: string; subscriptionId: string; state: never; version: number }>(
    (sql) => sql`
      select tenant, subscription_id as "subscriptionId", version, state from sluice.webhook_endpoints`
  )
).pipe(
  Effect.map((rows) =>
    rows.map(({ tenant, subscriptionId, version, state }) => ({
      tenant,
      subscriptionId,
      state: { version, encoded: subscription.encode(subscription.decode(state)) }
    }))
  )
)
