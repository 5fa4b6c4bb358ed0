import { Postgres, type Sql } from "@sluice/postgres"
import { type SubscriptionState, subscription } from "@sluice/subscription"
import { type Deliverable, keyOf, type Plan } from "@sluice/subscription/delivery.plan"
import type { Span } from "@sluice/subscription/subscription.spans"
import { Effect } from "effect"

type Argument = Parameters<Sql["json"]>[0]

/** Spans of these tenants that hold positions above `after`. */
export const loadSpans = (tenants: ReadonlyArray<string>, after: number) =>
  Postgres.use((pg) =>
    pg.query<Span>(
      (sql) => sql<Span[]>`
        select tenant, subscription_id as "subscriptionId", after_position as "after", until_position as "until", types
        from sluice.subscription_spans
        where tenant = any (${[...tenants]}) and (until_position is null or until_position > ${after})`
    )
  )

/** The subscriptions there are, by `keyOf`. */
export const loadStates = (keys: ReadonlyArray<{ readonly tenant: string; readonly subscriptionId: string }>) =>
  Postgres.use((pg) =>
    pg.query<{ tenant: string; subscriptionId: string; state: unknown }>(
      (sql) => sql<{ tenant: string; subscriptionId: string; state: unknown }[]>`
        select e.tenant, subscription_id as "subscriptionId", state from sluice.webhook_endpoints e
        join jsonb_array_elements(${sql.json(keys.map(({ tenant, subscriptionId }) => [tenant, subscriptionId]) as Argument)}) key
          on e.tenant = key.value ->> 0 and e.subscription_id = key.value ->> 1`
    )
  ).pipe(
    Effect.map(
      (rows) => new Map<string, SubscriptionState>(rows.map((row) => [keyOf(row), subscription.decode(row.state)]))
    )
  )

/** Events of a span that have been handled already, in pages; `upTo` is where the checkpoint stands. */
export const handledEvents = (span: Span, after: number, limit: number) =>
  Postgres.use((pg) =>
    pg.query<Deliverable>(
      (sql) => sql<Deliverable[]>`
        select tenant, event_id as "eventId", position, type, stream_id as "streamId",
          to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt"
        from sluice.events
        where position > ${after} and position <= (select position from sluice.consumers where consumer = 'notification')
          and tenant = ${span.tenant}
        order by position limit ${limit}`
    )
  )

export const saveSpans = ({ closed, opened }: Pick<Plan, "closed" | "opened">) =>
  Postgres.use((pg) =>
    Effect.gen(function* () {
      for (const { tenant, subscriptionId, until } of closed)
        yield* pg.query(
          (sql) => sql`
            update sluice.subscription_spans set until_position = ${until}
            where tenant = ${tenant} and subscription_id = ${subscriptionId} and until_position is null and after_position < ${until}`
        )
      for (const { tenant, subscriptionId, after, until, types } of opened)
        yield* pg.query(
          (sql) => sql`
            insert into sluice.subscription_spans (tenant, subscription_id, after_position, until_position, types)
            values (${tenant}, ${subscriptionId}, ${after}, ${until}, ${[...types]})`
        )
    })
  )

export const applyPlan = ({ steps, states }: Pick<Plan, "steps" | "states">) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        select sluice.deliveries_apply(${sql.json(steps.map(encode) as unknown as Argument)},
          ${sql.json(
            states.map(({ tenant, subscriptionId, state }) => ({
              tenant,
              subscriptionId,
              state: subscription.encode(state)
            })) as unknown as Argument
          )})`
    )
  )

const encode = (step: Plan["steps"][number]) =>
  step.what === "deliver"
    ? {
        what: step.what,
        deliveries: step.deliveries.map(
          ({ tenant, id, subscriptionId, eventId, position, type, streamId, recordedAt }) =>
            [tenant, id, subscriptionId, eventId, position, type, streamId, recordedAt] as const
        )
      }
    : step
