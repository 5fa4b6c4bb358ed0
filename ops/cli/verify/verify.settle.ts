import { makeHorizon } from "@sluice/event-store/horizon"
import { horizonProbe } from "@sluice/event-store/horizon.postgres"
import { eventConsumers } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { eventName, type Tally } from "./verify.report.ts"

const POLL = 50

/** Until when to wait for what is on its way: epoch milliseconds of this process. */
export type Deadline = number

/** Answers whether it came true in time. At least one look is taken. */
const holdsBefore = <E, R>(deadline: Deadline, look: Effect.Effect<boolean, E, R>) =>
  Effect.gen(function* () {
    while (true) {
      if (yield* look) return true
      if (Date.now() >= deadline) return false
      yield* Effect.sleep(POLL)
    }
  })

/**
 * Position of the last event to check: everything committed when this is called, and nothing that could still be
 * overtaken. Behind a transaction that stays open until the deadline, what lies below it is checked.
 */
export const settledHorizon = (deadline: Deadline) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    const horizon = makeHorizon(horizonProbe(pg))
    const { lastPosition } = yield* horizonProbe(pg)
    let known = 0
    yield* holdsBefore(
      deadline,
      Effect.map(horizon.current, (position) => {
        known = position
        return position >= lastPosition
      })
    )
    const [row] = yield* pg.query<{ position: number | null }>(
      (sql) => sql`select max(position) as position from sluice.events where position <= ${known}`
    )
    return row?.position ?? 0
  })

/** Waits until the relay says that everything up to here is acknowledged. False: it has not come so far in time. */
export const relayReached = (position: number, deadline: Deadline) =>
  holdsBefore(
    deadline,
    Postgres.use((pg) => pg.query<{ floor: number }>((sql) => sql`select floor from sluice.relay_state`)).pipe(
      Effect.map(([row]) => (row?.floor ?? 0) >= position)
    )
  )

interface Behind {
  readonly consumer: string
  readonly position: number
}

/** Waits until every declared consumer has handled everything up to here; names those that have not in time. */
export const consumersReached = (position: number, deadline: Deadline, tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    let behind: ReadonlyArray<Behind> = []
    const look = pg
      .query<Behind>(
        (sql) => sql<Behind[]>`
          select name as consumer, coalesce(position, 0) as position
          from unnest(${eventConsumers}::text[]) name left join sluice.consumers on consumer = name
          where coalesce(position, 0) < ${position}`
      )
      .pipe(
        Effect.map((rows) => {
          behind = rows
          return rows.length === 0
        })
      )
    if (yield* holdsBefore(deadline, look)) return
    for (const { consumer, position: reached } of behind) yield* nameUnapplied(consumer, reached, position, tally)
  })

const PAGE = 1_000

const nameUnapplied = (consumer: string, after: number, upTo: number, tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    let cursor = after
    while (true) {
      const rows = yield* pg.query<{
        position: number
        tenant: string
        streamId: string
        version: number
        eventId: string
      }>(
        (sql) => sql`
          select position, tenant, stream_id as "streamId", version, event_id as "eventId"
          from sluice.events where position > ${cursor} and position <= ${upTo} order by position limit ${PAGE}`
      )
      for (const row of rows) tally.found("unapplied", `${consumer} has not come to ${eventName(row)}`)
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) return
      cursor = last.position
    }
  })
