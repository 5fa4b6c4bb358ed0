import type { TimerKind } from "@sluice/contracts/timer/timer.kinds"
import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"
import type { Change } from "./timer.changes.ts"

type Argument = Parameters<Sql["json"]>[0]

export interface TimerKey {
  readonly tenant: string
  readonly streamId: string
  readonly kind: TimerKind
}
/** A row of `sluice.timers` that is to be tried. */
export interface DueTimer extends TimerKey {
  /** Epoch milliseconds. */
  readonly dueAt: number
  readonly every: number | null
  readonly runId: string | null
  readonly version: number
  /** Failures in a row. */
  readonly attempts: number
}

/** Times are epoch milliseconds by the database's clock. */
export interface Look {
  readonly now: number
  /** When the next timer is to be tried; null while something is due, and where there is none. */
  readonly next: number | null
  /** What is to be tried now, the longest due first. */
  readonly due: ReadonlyArray<DueTimer>
}

interface LookAnswer extends Omit<Look, "due"> {
  readonly due: ReadonlyArray<
    readonly [string, string, TimerKind, number, number | null, string | null, number, number]
  >
}

export const timersDue = (limit: number) =>
  Postgres.use((pg) =>
    pg.query<{ look: LookAnswer }>(
      (sql) => sql<{ look: LookAnswer }[]>`select sluice.timers_due(${limit}::integer) as look`
    )
  ).pipe(
    Effect.map(([row]): Look => {
      const { now, next, due } = (row as { look: LookAnswer }).look
      return {
        now,
        next,
        due: due.map(([tenant, streamId, kind, dueAt, every, runId, version, attempts]) => ({
          tenant,
          streamId,
          kind,
          dueAt,
          every,
          runId,
          version,
          attempts
        }))
      }
    })
  )

/** A change of one timer, as of a version of its stream. */
export interface VersionedChange {
  readonly tenant: string
  readonly streamId: string
  readonly version: number
  readonly change: Change
}

/** At most one change for each timer. */
export const applyChanges = (changes: ReadonlyArray<VersionedChange>) =>
  changes.length === 0
    ? Effect.void
    : Postgres.use((pg) =>
        pg.query((sql) => sql`select sluice.timers_apply(${sql.json(changes.map(encode) as unknown as Argument)})`)
      )

const encode = ({ tenant, streamId, version, change }: VersionedChange) => {
  switch (change.what) {
    case "set": {
      const { kind, dueAt, every, runId } = change.timer
      return [tenant, streamId, kind, version, "set", dueAt, every, runId]
    }
    case "move":
      return [tenant, streamId, change.kind, version, "move", change.from, null, null]
    case "clear":
      return [tenant, streamId, change.kind, version, "clear", null, null, null]
  }
}

/** Tries a timer again `millis` from now; `error`: it failed. */
export const postpone = ({ tenant, streamId, kind }: TimerKey, millis: number, error: string | null) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`select sluice.timers_postpone(${tenant}, ${streamId}, ${kind}, ${millis}::bigint, ${error}::text)`
    )
  )
