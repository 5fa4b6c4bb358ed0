import type { FeedFilter } from "@sluice/contracts/feed/feed.filter"
import type { DbError, Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { likePatterns } from "./events.filter.ts"

export interface LoggedEvent {
  readonly position: number
  /** `approval.requested` */
  readonly type: string
  /** CloudEvents JSON, byte for byte as it is published to JetStream. */
  readonly message: string
}

export interface Span {
  readonly tenant: string
  readonly filter: FeedFilter
  /** Exclusive. */
  readonly after: number
  /** Inclusive; the horizon or below. */
  readonly until: number
  readonly limit: number
}

export interface Stretch {
  readonly events: ReadonlyArray<LoggedEvent>
  /** Everything that is meant up to here is in `events`. */
  readonly readTo: number
  /** As many events as asked for, or as many as one look may take in: goes on behind `readTo`, and will always read the same. */
  readonly full: boolean
}

/** Events that one look takes in at most, so that a filter that hits nothing costs some 10 ms and has an end. */
const LOOK = 10_000

/** The next stretch of a tenant's log; `readTo` of one that is not full is its last event, or `after`. */
export const readStretch = (
  postgres: Postgres["Service"],
  { tenant, filter, after, until, limit }: Span
): Effect.Effect<Stretch, DbError> => {
  const { categories, types } = likePatterns(filter)
  const { subject } = filter
  return postgres
    .query((sql) =>
      subject === undefined
        ? sql<Array<Row>>`select * from sluice.feed_read(
            ${tenant}, ${after}, ${until}, ${categories}::text[], ${types}::text[], ${limit}, ${LOOK})`
        : sql<Array<Row>>`select * from sluice.feed_read_stream(
            ${tenant}, ${subject}, ${after}, ${until}, ${categories}::text[], ${types}::text[], ${limit}, ${LOOK})`
    )
    .pipe(
      Effect.map((rows) => {
        const events = rows.flatMap(({ event_position, event_type, message }) =>
          message === null ? [] : [{ position: event_position, type: event_type, message }]
        )
        const readTo = rows.at(-1)?.event_position ?? after
        return { events, readTo, full: events.length === limit || rows.length > events.length }
      })
    )
}

interface Row {
  readonly event_position: number
  readonly event_type: string
  /** Null: only says how far was looked. */
  readonly message: string | null
}

export interface TailedEvent extends LoggedEvent {
  readonly tenant: string
  readonly subject: string
}

/** What is new for several tenants, tenant after tenant as given; see `db/functions/feed_tail.sql`. */
export const readTail = (
  postgres: Postgres["Service"],
  lanes: ReadonlyArray<{ readonly tenant: string; readonly position: number }>,
  until: number,
  limit: number
): Effect.Effect<ReadonlyArray<TailedEvent>, DbError> =>
  postgres.query(
    (sql) => sql<Array<TailedEvent>>`
      select event_tenant as tenant, event_position as position, event_type as type, event_subject as subject, message
      from sluice.feed_tail(
        ${lanes.map(({ tenant }) => tenant)}::text[], ${lanes.map(({ position }) => position)}::bigint[], ${until}, ${limit})`
  )
