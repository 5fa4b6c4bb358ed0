import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"

/** A point at which log and stream agree: everything up to `floor` is acknowledged, and `sequence` was the stream's last then. */
export interface Mark {
  readonly floor: number
  readonly floorEventId: string | null
  readonly sequence: number
  /** `Nats-Msg-Id` of the message at `sequence`; null where there was none. */
  readonly messageId: string | null
}

/** The row of `sluice.relay_state`. */
export interface RelayState {
  readonly incarnation: number
  /** Null before the first start. */
  readonly streamCreated: string | null
  readonly mark: Mark
  /** Up to here events have been published before: they are read from the log, their outbox rows may be gone. */
  readonly repairUntil: number
}

interface MarkRow {
  readonly floor: number
  readonly floor_event_id: string | null
  readonly sequence: number
  readonly message_id: string | null
}
interface StateRow extends MarkRow {
  readonly incarnation: number
  readonly stream_created: string | null
  readonly repair_until: number
}

export const nothingPublished: Mark = { floor: 0, floorEventId: null, sequence: 0, messageId: null }

const toMark = (row: MarkRow): Mark => ({
  floor: row.floor,
  floorEventId: row.floor_event_id,
  sequence: row.sequence,
  messageId: row.message_id
})

const toState = (rows: ReadonlyArray<StateRow>): RelayState => {
  const row = rows[0] as StateRow
  return {
    incarnation: row.incarnation,
    streamCreated: row.stream_created,
    mark: toMark(row),
    repairUntil: row.repair_until
  }
}

/** Takes the state over for this epoch; older epochs can no longer save. Fails with `DbError` SL001 when superseded. */
export const claimState = (epoch: number) =>
  Postgres.use((pg) => pg.query<StateRow>((sql) => sql`select * from sluice.relay_claim(${epoch})`)).pipe(
    Effect.map(toState)
  )

/** Saves a mark; `keep` also makes it a point that a repair can go back to. Fails with `DbError` SL001 when superseded. */
export const saveMark = (epoch: number, mark: Mark, keep: boolean) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) =>
        sql`select sluice.relay_save(${epoch}, ${mark.floor}, ${mark.floorEventId}, ${mark.sequence}, ${mark.messageId}, ${keep})`
    )
  ).pipe(Effect.asVoid)

/** Begins a new incarnation: publishing goes on after `mark.floor`, at the stream's sequence after `mark.sequence`. */
export const beginIncarnation = (epoch: number, streamCreated: string, mark: Mark) =>
  Postgres.use((pg) =>
    pg.query<StateRow>(
      (sql) => sql`
        select * from sluice.relay_begin_incarnation(
          ${epoch}, ${streamCreated}, ${mark.floor}, ${mark.floorEventId}, ${mark.sequence}, ${mark.messageId})`
    )
  ).pipe(Effect.map(toState))

/** Earlier marks, newest first. */
export const history = Postgres.use((pg) =>
  pg.query<MarkRow>(
    (sql) => sql`select floor, floor_event_id, sequence, message_id from sluice.relay_history order by id desc`
  )
).pipe(Effect.map((rows) => rows.map(toMark)))
