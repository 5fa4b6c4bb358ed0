import type { AttemptOutcome, DeliveryStatus } from "@sluice/contracts/delivery/delivery.views"
import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"

type Argument = Parameters<Sql["json"]>[0]

export interface ClaimLimits {
  /** Deliveries at most. */
  readonly room: number
  /** Of one endpoint at most, while it works and while it fails. */
  readonly ahead: number
  readonly failing: number
  /** Milliseconds. */
  readonly lease: number
  /** Attempts of a schedule. */
  readonly tries: number
  /** What is still held, by `<tenant>/<subscription id>`. */
  readonly held: Readonly<Record<string, number>>
}

export interface ClaimedEndpoint {
  readonly tenant: string
  readonly id: string
  readonly url: string
  readonly strict: boolean
  readonly failing: boolean
  /** More of it is due. */
  readonly more: boolean
  /** The present one first; the one before it while they overlap. Sealed, in base64. */
  readonly secrets: ReadonlyArray<readonly [secretId: string, keyName: string, sealed: string]>
  /** By position; `attempt` counts over redeliveries, `tries` in the schedule that runs. */
  readonly deliveries: ReadonlyArray<readonly [id: string, attempt: number, tries: number, body: string]>
}

export interface Claim {
  /** Epoch milliseconds by the database's clock; `next`: when something is due that is not yet. */
  readonly now: number
  readonly next: number | null
  readonly unknown: number
  readonly dead: number
  readonly endpoints: ReadonlyArray<ClaimedEndpoint>
}

export const claimDeliveries = (instance: string, { room, ahead, failing, lease, tries, held }: ClaimLimits) =>
  Postgres.use((pg) =>
    pg.query<{ claim: Claim }>(
      (sql) => sql<{ claim: Claim }[]>`
        select sluice.deliveries_claim(${instance}, ${room}::integer, ${ahead}::integer, ${failing}::integer, ${lease}::integer,
          ${tries}::integer, ${sql.json(held as Argument)}) as claim`
    )
  ).pipe(Effect.map(([row]) => (row as { claim: Claim }).claim))

/** Which attempt of which delivery. */
export interface AttemptKey {
  readonly tenant: string
  readonly subscriptionId: string
  readonly deliveryId: string
  readonly attempt: number
}
export interface AttemptResult extends AttemptKey {
  readonly outcome: AttemptOutcome
  /** Milliseconds since it began. */
  readonly ago: number
  readonly responseStatus: number | null
  readonly latencyMillis: number
  readonly error: string | null
  readonly answer: string | null
  /** Milliseconds until the next attempt should this one have failed; null: it was the last. */
  readonly retryAfter: number | null
}

export interface Settlement {
  /** Epoch milliseconds by the database's clock. */
  readonly now: number
  /** Endpoints to give up. */
  readonly disable: ReadonlyArray<{
    readonly tenant: string
    readonly id: string
    readonly reason: "failing" | "gone"
    readonly failingSince: string
  }>
  /** What became of the deliveries, by index of the result; those that somebody else has taken are missing. */
  readonly settled: ReadonlyArray<readonly [index: number, status: DeliveryStatus]>
}

export const settleAttempts = (
  instance: string,
  results: ReadonlyArray<AttemptResult>,
  disableAfter: number,
  disabling: boolean
) =>
  Postgres.use((pg) =>
    pg.query<{ settlement: Settlement }>(
      (sql) => sql<{ settlement: Settlement }[]>`
        select sluice.deliveries_settle(${instance}, ${sql.json(results.map(encode))}, ${disableAfter}::bigint,
          ${disabling}) as settlement`
    )
  ).pipe(Effect.map(([row]) => (row as { settlement: Settlement }).settlement))

const encode = (result: AttemptResult) => {
  const { tenant, subscriptionId, deliveryId, attempt, outcome, ago, responseStatus, latencyMillis } = result
  const key = [tenant, subscriptionId, deliveryId, attempt] as const
  return [...key, outcome, ago, responseStatus, latencyMillis, result.error, result.answer, result.retryAfter] as const
}

export interface Released extends AttemptKey {
  /** Milliseconds for which nobody tries. */
  readonly delay: number
}

/** Gives back what was taken and not begun. */
export const releaseDeliveries = (instance: string, released: ReadonlyArray<Released>) => {
  const rows = released.map((one) => [one.tenant, one.subscriptionId, one.deliveryId, one.attempt, one.delay] as const)
  return Postgres.use((pg) =>
    pg.query((sql) => sql`select sluice.deliveries_release(${instance}, ${sql.json(rows)})`)
  ).pipe(Effect.asVoid)
}

export interface DeliveryFacts {
  /** Seconds. */
  readonly oldestPending: number
  readonly dead: number
  readonly disabled: number
}

export const deliveryFacts = Postgres.use((pg) =>
  pg.query<{ facts: DeliveryFacts }>(
    (sql) => sql<{ facts: DeliveryFacts }[]>`select sluice.deliveries_facts() as facts`
  )
).pipe(Effect.map(([row]) => (row as { facts: DeliveryFacts }).facts))
