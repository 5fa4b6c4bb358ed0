import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"

/** What an operator does about parked streams. Needs the role `sluice_operator`; the running consumer does the applying. */

export interface ParkedStream {
  readonly consumer: string
  readonly tenant: string
  readonly streamId: string
  /** The event that could not be applied. */
  readonly version: number
  readonly type: string
  readonly eventId: string
  readonly attempts: number
  readonly error: string
  readonly parkedAt: Date
  /** Events that wait, the failed one included. */
  readonly waiting: number
  /** Since when it has been let go on; null while it stands. */
  readonly releasedAt: Date | null
  readonly releasedBy: string | null
}
export type ParkedKey = Pick<ParkedStream, "consumer" | "tenant" | "streamId">

/** Every parked stream, the oldest first. */
export const listParked = Postgres.use((pg) =>
  pg.query<ParkedStream>(
    (sql) => sql<ParkedStream[]>`
      select consumer, tenant, stream_id as "streamId", version, type, event_id as "eventId", attempts, error,
        parked_at as "parkedAt", queued_version - version + 1 as waiting, released_at as "releasedAt", released_by as "releasedBy"
      from sluice.consumer_parked order by parked_at, consumer, tenant, stream_id`
  )
)

/** Tries the stream's event again and then what waits behind it. False: it is not parked, or on its way already. */
export const retryParked = ({ consumer, tenant, streamId }: ParkedKey, by: string) =>
  Postgres.use((pg) =>
    pg.query<{ released: boolean }>(
      (sql) => sql<{ released: boolean }[]>`
        select sluice.parked_release(${consumer}, ${tenant}, ${streamId}, ${by}) as released`
    )
  ).pipe(Effect.map(([row]) => row?.released ?? false))

/**
 * Gives the stream's event up for ever and goes on with the next. False: the stream is not parked at that version, or on
 * its way already. Fails with SQLSTATE 22023 without who and why; the event stays counted as skipped.
 */
export const skipParked = (
  { consumer, tenant, streamId }: ParkedKey,
  version: number,
  { by, reason }: { readonly by: string; readonly reason: string }
) =>
  Postgres.use((pg) =>
    pg.query<{ skipped: boolean }>(
      (sql) => sql<{ skipped: boolean }[]>`
        select sluice.parked_skip(${consumer}, ${tenant}, ${streamId}, ${version}, ${by}, ${reason}) as skipped`
    )
  ).pipe(Effect.map(([row]) => row?.skipped ?? false))
