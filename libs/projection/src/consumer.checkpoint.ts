import { assertLease } from "@sluice/lease/lease"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { HistoryLost } from "./consumer.errors.ts"
import type { Incarnation } from "./consumer.start.ts"

/** How far a consumer is: the authority, above whatever the broker's durable believes. */
export interface Checkpoint {
  readonly incarnation: number
  /** Creation time of the stream in which `sequence` counts; null before the first session. */
  readonly streamCreated: string | null
  /** The last message handled. */
  readonly sequence: number
  /** Every event up to here is handled; `eventId` is the one at that position. */
  readonly position: number
  readonly eventId: string | null
}

/** Who writes a checkpoint: the epoch of the consumer's lease fences every transaction. */
export interface Writer {
  readonly consumer: string
  readonly lease: string
  readonly epoch: number
}

export const readCheckpoint = (consumer: string) =>
  Postgres.use((pg) =>
    pg.query<Checkpoint>(
      (sql) => sql<Checkpoint[]>`
        select incarnation, stream_created as "streamCreated", sequence, position, event_id as "eventId"
        from sluice.consumers where consumer = ${consumer}`
    )
  ).pipe(
    Effect.map(
      ([row]): Checkpoint => row ?? { incarnation: 0, streamCreated: null, sequence: 0, position: 0, eventId: null }
    )
  )

/** Notes that a process works on it. Answers whether the one before ended without saying so: it may have been an event's fault. */
export const beginRun = (writer: Writer) =>
  Postgres.use((pg) =>
    pg.transaction(
      Effect.gen(function* () {
        yield* assertLease(writer.lease, writer.epoch)
        const [row] = yield* pg.query<{ unclean: boolean }>(
          (sql) => sql<{ unclean: boolean }[]>`
            select running as unclean from sluice.consumers where consumer = ${writer.consumer}`
        )
        yield* pg.query(
          (sql) => sql`
            insert into sluice.consumers (consumer, running) values (${writer.consumer}, true)
            on conflict (consumer) do update set running = true`
        )
        return row?.unclean ?? false
      })
    )
  )

/** The counterpart of `beginRun`; whoever has lost the lease says nothing. */
export const endRun = (writer: Writer) =>
  Postgres.use((pg) =>
    pg.transaction(
      Effect.gen(function* () {
        yield* assertLease(writer.lease, writer.epoch)
        yield* pg.query((sql) => sql`update sluice.consumers set running = false where consumer = ${writer.consumer}`)
      })
    )
  )

/** Fails with `HistoryLost` where the log no longer holds the event at which the checkpoint stands. */
export const checkHistory = ({ position, eventId }: Checkpoint) =>
  Effect.gen(function* () {
    if (eventId === null) return
    const pg = yield* Postgres
    const rows = yield* pg.query(
      (sql) => sql`select 1 from sluice.events where position = ${position} and event_id = ${eventId}`
    )
    if (rows.length > 0) return
    return yield* new HistoryLost({
      message:
        `The event log no longer holds event ${eventId} at position ${position}, which is applied here: the database was restored, ` +
        "or a failover lost commits. Restore events and read models from the same backup, then start again."
    })
  })

export const readIncarnations = Postgres.use((pg) =>
  pg.query<Incarnation>(
    (sql) => sql<Incarnation[]>`
      select incarnation, start_sequence as "startSequence" from sluice.relay_incarnations order by incarnation`
  )
)
