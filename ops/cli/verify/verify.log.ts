import { type DeclaredStream, declaredStream, EVENTS, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import type { PositionSet } from "./position.set.ts"
import { inPages } from "./verify.pages.ts"
import { eventName, type Tally } from "./verify.report.ts"

/** The log against itself and against what the broker holds. */

interface LogRow {
  readonly position: number
  readonly tenant: string
  readonly streamId: string
  readonly version: number
  readonly eventId: string
  /** Epoch milliseconds. */
  readonly at: number
  /** Of the stream; null where there is no such stream. */
  readonly head: number | null
  /** Position of the version before. */
  readonly before: number | null
}

/**
 * Every event up to a position: it is in JetStream or older than what retention keeps (I2), its stream's head is not below
 * it, and the version before it lies before it. By induction every stream counts from 1 without a gap.
 */
export const checkEvents = (upTo: number, published: PositionSet, tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    const keptSince = yield* retention
    yield* inPages({
      first: 0,
      page: (after, limit) =>
        pg.query<LogRow>(
          (sql) => sql<LogRow[]>`
            select e.position, e.tenant, e.stream_id as "streamId", e.version, e.event_id as "eventId",
              (extract(epoch from e.recorded_at) * 1000)::float8 as at, head.version as head, before.position as before
            from (
              select * from sluice.events where position > ${after} and position <= ${upTo} order by position limit ${limit}
            ) e
            left join lateral (
              select version from sluice.streams s where s.tenant = e.tenant and s.stream_id = e.stream_id limit 1
            ) head on true
            left join lateral (
              select position from sluice.events b
              where b.tenant = e.tenant and b.stream_id = e.stream_id and b.version = e.version - 1 limit 1
            ) before on true
            order by e.position`
        ),
      cursor: ({ position }) => position,
      each: (row) => {
        tally.add("events")
        if (published.has(row.position)) tally.add("published")
        else if (row.at < keptSince && row.position < published.lowest()) tally.add("expired")
        else tally.found("unpublished", eventName(row))
        if (row.head === null || row.head < row.version)
          tally.found("gaps", `${eventName(row)} is above its stream's head, ${row.head ?? "which is missing"}`)
        if (row.version > 1 && row.before === null)
          tally.found("gaps", `${eventName(row)} follows version ${row.version - 1}, which is missing`)
        if (row.before !== null && row.before > row.position)
          tally.found("gaps", `${eventName(row)} lies before version ${row.version - 1} of its stream`)
      }
    })
  })

/** Every stream's head is the newest version of its events. */
export const checkStreams = (tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    yield* inPages({
      first: { tenant: "", streamId: "" },
      page: (after, limit) =>
        pg.query<{ tenant: string; streamId: string; version: number; newest: number | null }>(
          (sql) => sql`
            select s.tenant, s.stream_id as "streamId", s.version, newest.version as newest
            from (
              select * from sluice.streams where (tenant, stream_id) > (${after.tenant}, ${after.streamId})
              order by tenant, stream_id limit ${limit}
            ) s
            left join lateral (
              select version from sluice.events e where e.tenant = s.tenant and e.stream_id = s.stream_id
              order by version desc limit 1
            ) newest on true
            order by s.tenant, s.stream_id`
        ),
      cursor: ({ tenant, streamId }) => ({ tenant, streamId }),
      each: ({ tenant, streamId, version, newest }) => {
        tally.add("streams")
        if (version !== newest)
          tally.found("gaps", `${tenant} ${streamId} is at version ${version}, its newest event at ${newest ?? "none"}`)
      }
    })
  })

/** What was recorded before (epoch milliseconds of the database) may be gone from JetStream. */
const retention = Effect.gen(function* () {
  const nats = yield* Nats
  const pg = yield* Postgres
  const { max_age: declared } = declaredStream(EVENTS) as DeclaredStream
  const nanos = yield* nats
    .request((manager) => manager.streams.info(EVENTS))
    .pipe(Effect.match({ onSuccess: ({ config }) => config.max_age, onFailure: () => declared ?? 0 }))
  if (nanos === 0) return Number.NEGATIVE_INFINITY
  const [row] = yield* pg.query<{ since: number }>(
    (sql) => sql`select (extract(epoch from clock_timestamp()) * 1000 - ${nanos / 1e6}::float8)::float8 as since`
  )
  return row?.since ?? Number.NEGATIVE_INFINITY
})
