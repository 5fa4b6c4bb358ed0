import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { categoryOf } from "@sluice/contracts/event/event.stream-id"
import { makeHorizon } from "@sluice/event-store/horizon"
import { horizonProbe } from "@sluice/event-store/horizon.postgres"
import { type DbError, Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import type { Span } from "./consumer.batch.ts"
import { type Consumer, hears } from "./consumer.definition.ts"
import { decodeEntry, type Entry } from "./consumer.entry.ts"

/** Reading from the log (`sluice.events`) what the broker does not hold any more. */

const PAGE = 1000

interface EventRow extends Omit<RecordedEvent, "recordedAt"> {
  readonly recordedAt: Date
}
const toEvent = (row: EventRow): RecordedEvent => ({ ...row, recordedAt: row.recordedAt.toISOString() })

/** Versions of one stream in order. Within a stream no committed version ever hides behind an uncommitted one. */
export const loadStream = (consumer: Consumer, { tenant, streamId, after, upTo }: Span, limit?: number) =>
  Postgres.use((pg) =>
    pg.query<EventRow>(
      (sql) => sql<EventRow[]>`
        select position, tenant, stream_id as "streamId", version, event_id as "eventId", type,
          schema_version as "schemaVersion", data, metadata, recorded_at as "recordedAt"
        from sluice.events
        where tenant = ${tenant} and stream_id = ${streamId} and version > ${after} and version <= ${upTo}
        order by version limit ${limit ?? null}`
    )
  ).pipe(Effect.map((rows) => rows.map((row) => decodeEntry(consumer, toEvent(row)))))

export interface LogPage {
  /** Of the categories the consumer hears. */
  readonly entries: ReadonlyArray<Entry>
  /** The last event of the page, whatever its category. */
  readonly last: { readonly position: number; readonly eventId: string }
}

/**
 * Hands every event after `after` to `handle`, page by page in order of position, up to what had been given out when it
 * began. Never past the horizon: it waits for transactions that hold an earlier position (they end within seconds).
 */
export const readLog = <E, R>(
  consumer: Consumer,
  after: number,
  handle: (page: LogPage) => Effect.Effect<unknown, E, R>
): Effect.Effect<void, E | DbError, R | Postgres> =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    const horizon = makeHorizon(horizonProbe(pg))
    const { lastPosition: target } = yield* horizonProbe(pg)
    let cursor = after
    while (true) {
      const upTo = yield* horizon.current
      const rows = yield* pg.query<EventRow>(
        // The page first, then the horizon: a range with two ends would be sorted whole where statistics are missing.
        (sql) => sql<EventRow[]>`
          select * from (
            select position, tenant, stream_id as "streamId", version, event_id as "eventId", type,
              schema_version as "schemaVersion", data, metadata, recorded_at as "recordedAt"
            from sluice.events where position > ${cursor} order by position limit ${PAGE}
          ) page where position <= ${upTo} order by position`
      )
      const last = rows.at(-1)
      if (last !== undefined) {
        cursor = last.position
        const heard = rows.filter(({ streamId }) => hears(consumer, categoryOf(streamId)))
        yield* handle({ entries: heard.map((row) => decodeEntry(consumer, toEvent(row))), last })
      }
      if (rows.length < PAGE && upTo >= target) return
      if (rows.length < PAGE) yield* Effect.sleep(20)
    }
  })
