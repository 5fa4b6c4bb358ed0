import { assertLease } from "@sluice/lease/lease"
import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"
import type { StreamVersion } from "./consumer.batch.ts"
import type { Writer } from "./consumer.checkpoint.ts"
import type { EventIdentity } from "./consumer.entry.ts"

type Argument = Parameters<Sql["json"]>[0]

/** Rows of parked streams and of attempts. What waits behind a parked event stays in the log; only its newest version is noted. */

/** Parks the event's stream; a released stream whose event failed again is parked anew. */
export const parkStream = (consumer: string, event: EventIdentity, attempts: number, error: string) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    const { tenant, streamId, version, position, eventId, type } = event
    yield* pg.query(
      (sql) => sql`
        insert into sluice.consumer_parked as parked
          (consumer, tenant, stream_id, version, queued_version, position, event_id, type, attempts, error)
        values (${consumer}, ${tenant}, ${streamId}, ${version}, ${version}, ${position}, ${eventId}, ${type}, ${attempts}, ${error})
        on conflict (consumer, tenant, stream_id) do update
          set version = excluded.version, queued_version = greatest(parked.queued_version, excluded.version),
            position = excluded.position, event_id = excluded.event_id, type = excluded.type, attempts = excluded.attempts,
            error = excluded.error, parked_at = clock_timestamp(), released_at = null, released_by = null`
    )
    yield* pg.query(
      (sql) => sql`
        delete from sluice.consumer_attempts
        where consumer = ${consumer} and tenant = ${tenant} and stream_id = ${streamId}`
    )
    yield* Effect.logError("An event could not be applied: its stream is parked, the others go on", {
      consumer,
      stream: streamId,
      version,
      type,
      attempts,
      reason: error
    })
  })

export const queueBehind = (consumer: string, streams: ReadonlyArray<StreamVersion>) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        update sluice.consumer_parked p set queued_version = greatest(p.queued_version, (value ->> 2)::integer)
        from jsonb_array_elements(${argument(sql, streams)})
        where p.consumer = ${consumer} and p.tenant = value ->> 0 and p.stream_id = value ->> 1`
    )
  )

export interface ReleasedStream extends StreamVersion {
  readonly seen: number
}

/** Streams that an operator has released; `version` is the newest that waits, `seen` the one applied last. */
export const releasedStreams = (consumer: string) =>
  Postgres.use((pg) =>
    pg.query<ReleasedStream>(
      (sql) => sql<ReleasedStream[]>`
        select p.tenant, p.stream_id as "streamId", p.queued_version as version,
          sluice.consumer_version(p.consumer, p.tenant, p.stream_id) as seen
        from sluice.consumer_parked p
        where p.consumer = ${consumer} and p.released_at is not null
        order by p.released_at, p.tenant, p.stream_id limit 100`
    )
  )

/** Takes a drained stream out of the parking place; one that was not released is left there. */
export const unpark = ({ consumer, lease, epoch }: Writer, { tenant, streamId }: StreamVersion) =>
  Postgres.use((pg) =>
    pg.transaction(
      Effect.andThen(
        assertLease(lease, epoch),
        pg.query(
          (sql) => sql`
            delete from sluice.consumer_parked
            where consumer = ${consumer} and tenant = ${tenant} and stream_id = ${streamId} and released_at is not null`
        )
      )
    )
  )

interface AttemptRow {
  readonly attempts: number
  readonly error: string | null
}

/** Attempts so far, in the order of `events`. */
export const readAttempts = (consumer: string, events: ReadonlyArray<EventIdentity>) =>
  Postgres.use((pg) =>
    pg.query<AttemptRow>(
      (sql) => sql<AttemptRow[]>`
        select coalesce(a.attempts, 0) as attempts, a.error
        from jsonb_array_elements(${argument(sql, events)}) with ordinality e
        left join sluice.consumer_attempts a
          on a.consumer = ${consumer} and a.tenant = e.value ->> 0 and a.stream_id = e.value ->> 1
            and a.version = (e.value ->> 2)::integer
        order by e.ordinality`
    )
  )

/** Committed before the attempt, so that it counts even if it ends the process. `by` -1 takes an attempt back. */
export const countAttempt = (consumer: string, events: ReadonlyArray<EventIdentity>, by: 1 | -1) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        insert into sluice.consumer_attempts as a (consumer, tenant, stream_id, version, attempts)
        select ${consumer}, value ->> 0, value ->> 1, (value ->> 2)::integer, 1 from jsonb_array_elements(${argument(sql, events)})
        on conflict (consumer, tenant, stream_id, version) do update set attempts = a.attempts + ${by}::integer`
    )
  )

export const noteError = (consumer: string, { tenant, streamId, version }: EventIdentity, error: string) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        update sluice.consumer_attempts set error = ${error}
        where consumer = ${consumer} and tenant = ${tenant} and stream_id = ${streamId} and version = ${version}`
    )
  )

export const forgetAttempts = (consumer: string, events: ReadonlyArray<EventIdentity>) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        delete from sluice.consumer_attempts a using jsonb_array_elements(${argument(sql, events)})
        where a.consumer = ${consumer} and a.tenant = value ->> 0 and a.stream_id = value ->> 1
          and a.version = (value ->> 2)::integer`
    )
  )

const argument = (sql: Sql, streams: ReadonlyArray<StreamVersion>) =>
  sql.json(streams.map(({ tenant, streamId, version }) => [tenant, streamId, version]) as Argument)
