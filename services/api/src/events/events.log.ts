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
  /** Bytes: the event with which the messages reach so many is the last one. */
  readonly bytes: number
}

export interface Stretch {
  readonly events: ReadonlyArray<LoggedEvent>
  /** Everything that is meant up to here is in `events`. */
  readonly readTo: number
  /** As many events or bytes as asked for, or as many as one look may take in: goes on behind `readTo`, and will always read the same. */
  readonly full: boolean
}

/** Events that one look takes in at most, so that a filter that hits nothing costs some 10 ms and has an end. */
const LOOK = 10_000

/** The next stretch of a tenant's log; `readTo` of one that is not full is its last event, or `after`. */
export const readStretch = (
  postgres: Postgres["Service"],
  { tenant, filter, after, until, limit, bytes }: Span
): Effect.Effect<Stretch, DbError> => {
  const { categories, types } = likePatterns(filter)
  const { subject } = filter
  return postgres
    .query((sql) =>
      subject === undefined
        ? sql<Array<Row>>`select * from sluice.feed_read(
            ${tenant}, ${after}, ${until}, ${categories}::text[], ${types}::text[], ${limit}, ${LOOK}, ${bytes})`
        : sql<Array<Row>>`select * from sluice.feed_read_stream(
            ${tenant}, ${subject}, ${after}, ${until}, ${categories}::text[], ${types}::text[], ${limit}, ${LOOK}, ${bytes})`
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

/** Bytes of messages that one look at the tail takes in at most, and one event. */
const TAIL_BYTES = 1024 * 1024

export interface News {
  /** Tenant after tenant as given. */
  readonly events: ReadonlyArray<TailedEvent>
  /** It ended at its limit: the last event's tenant may have more, and those behind it were not looked at. */
  readonly cut: boolean
}

/** What is new for several tenants; see `db/functions/feed_tail.sql`. */
export const readTail = (
  postgres: Postgres["Service"],
  lanes: ReadonlyArray<{ readonly tenant: string; readonly position: number }>,
  until: number,
  limit: number
): Effect.Effect<News, DbError> =>
  postgres
    .query(
      (sql) => sql<Array<TailedEvent | { readonly message: null }>>`
        select event_tenant as tenant, event_position as position, event_type as type, event_subject as subject, message
        from sluice.feed_tail(
          ${lanes.map(({ tenant }) => tenant)}::text[], ${lanes.map(({ position }) => position)}::bigint[], ${until},
          ${limit}, ${TAIL_BYTES})`
    )
    .pipe(
      Effect.map((rows) => {
        const events = rows.filter((row) => row.message !== null)
        return { events, cut: rows.length > events.length }
      })
    )
