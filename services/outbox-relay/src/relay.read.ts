import type { Publishable } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { RestoredDatabase } from "./relay.errors.ts"
import type { Mark } from "./relay.state.ts"

/** An event on its way out; `payload` is its CloudEvent, made by the database and neither parsed nor decoded here. */
export interface Outgoing extends Publishable {
  readonly position: number
}

/** A row as bytes: position, event id, subject, message. */
type Row = readonly [Buffer, Buffer | null, Buffer, Buffer | null]

/** Events read at once, at most; fewer when they are large, so that a batch stays around 4 MiB. */
const BATCH = 1_000
const BATCH_BYTES = 4 * 1024 * 1024

/** Reads what follows a position, in order: from the log up to `repairUntil`, then from the outbox up to the horizon. */
export const makeReader = () => {
  let averageBytes = 1_024
  return Effect.fnUntraced(function* (after: number, horizon: number, repairUntil: number) {
    const pg = yield* Postgres
    const limit = Math.max(1, Math.min(BATCH, Math.floor(BATCH_BYTES / averageBytes)))
    const rows = yield* pg.query<Row>((sql) => {
      const columns = sql`select event_position, event_id, subject, message`
      const page =
        after < repairUntil
          ? sql<Array<Row>>`${columns} from sluice.relay_reread(${after}, ${repairUntil}, ${limit})`
          : sql<Array<Row>>`${columns} from sluice.relay_read(${after}, ${horizon}, ${limit})`
      return page.raw() as unknown as typeof page // its type calls every column a Buffer, also null
    })
    const events: Array<Outgoing> = []
    let bytes = 0
    for (const [digits, eventId, subject, payload] of rows) {
      const position = Number(digits)
      if (payload === null || eventId === null) {
        return yield* new RestoredDatabase({
          found: `The outbox names position ${position} and there is no such event`
        })
      }
      events.push({ position, eventId: `${eventId}`, subject: `${subject}`, payload })
      bytes += payload.length
    }
    if (events.length > 0) averageBytes = Math.max(bytes / events.length, averageBytes / 2)
    return { events, full: events.length === limit }
  })
}

/** The `n`-th event after a position. Whatever has been published is below a horizon, so nothing can still slip in there. */
export const eventAfter = (position: number, n: number) =>
  Postgres.use((pg) =>
    pg.query<{ position: number; event_id: string }>(
      (sql) =>
        sql`select position, event_id from sluice.events where position > ${position} order by position offset ${n - 1} limit 1`
    )
  ).pipe(Effect.map((rows) => rows[0]))

/** Whether exactly this event is in the log. */
export const isStored = (position: number, eventId: string) =>
  Postgres.use((pg) =>
    pg.query<{ event_id: string }>((sql) => sql`select event_id from sluice.events where position = ${position}`)
  ).pipe(Effect.map((rows) => rows[0]?.event_id === eventId))

/** Fails with `RestoredDatabase` when what we published last is no longer in this database. */
export const checkDatabase = (mark: Pick<Mark, "floor" | "floorEventId">) =>
  Effect.gen(function* () {
    if (mark.floorEventId === null || (yield* isStored(mark.floor, mark.floorEventId))) return
    return yield* new RestoredDatabase({
      found: `The event ${mark.floorEventId} was published and is not at position ${mark.floor} of this database`
    })
  })

/** Committed events that are not acknowledged yet, and the age of the oldest. */
export const backlog = Postgres.use((pg) =>
  pg.query<{ depth: number; oldest_seconds: number }>((sql) => sql`select * from sluice.outbox_backlog()`)
).pipe(Effect.map((rows) => ({ depth: rows[0]?.depth ?? 0, oldestSeconds: rows[0]?.oldest_seconds ?? 0 })))
