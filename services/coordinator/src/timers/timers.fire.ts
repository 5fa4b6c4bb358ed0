import { type Answer, appendWithin, type CommandWithin } from "@sluice/event-store/append-within"
import type { StreamRef, StreamState } from "@sluice/event-store/command-bus.port"
import { assertLease } from "@sluice/lease/lease"
import { Postgres } from "@sluice/postgres"
import { describe } from "@sluice/projection/consumer.errors"
import { Effect } from "effect"
import { backOff } from "./timer.back-off.ts"
import { kindOf } from "./timer.changes.ts"
import { commandOf } from "./timer.command.ts"
import { changesTo } from "./timer.states.ts"
import { applyChanges, type DueTimer, postpone, timersDue, type VersionedChange } from "./timers.sql.ts"

/** Who fires: the epoch of the lease fences every transaction. */
export interface Firing {
  readonly lease: string
  readonly epoch: number
  readonly retentionMillis: number
}

export interface Fired {
  readonly timer: DueTimer
  /** Its command appended events; it is not due any more; nothing is left to do; it is due and yet nothing followed; it failed. */
  readonly outcome: "fired" | "moved" | "moot" | "waiting" | "failed"
  /** Why it failed. */
  readonly error?: string
}

/** Milliseconds after which a timer is tried again that is due without effect: another one of its stream comes first. */
const WAIT = 1_000

/**
 * Fires the timers that have been due the longest, at most `limit` and no two of one stream, in one transaction: lease,
 * timers, states, decisions, events, and the timers as the states now want them. So a timer and what follows from it are
 * there together or not at all, and the log has them in the order in which they were due.
 */
export const fireDue = (firing: Firing, limit: number) =>
  Postgres.use((pg) =>
    pg.transaction(
      Effect.gen(function* () {
        yield* assertLease(firing.lease, firing.epoch)
        const { now, due } = yield* timersDue(limit)
        const timers = untilRepeated(due)
        if (timers.length === 0) return []
        const commands = timers.map((timer) => commandOf(timer, firing.retentionMillis))
        const answers = yield* appendWithin(commands, now)
        const fired = timers.map((timer, index) =>
          judge(timer, commands[index] as CommandWithin, answers[index] as Answer, firing, now)
        )
        yield* applyChanges(fired.flatMap(({ changes }) => changes))
        for (const { timer, tryAfter, error } of fired)
          if (tryAfter !== undefined) yield* postpone(timer, tryAfter, error ?? null)
        return fired as ReadonlyArray<Fired>
      })
    )
  )

/** The timers up to the first one that shares a stream with one before it. */
const untilRepeated = (due: ReadonlyArray<DueTimer>): ReadonlyArray<DueTimer> => {
  const taken = new Set<string>()
  const end = due.findIndex(({ tenant, streamId, runId }) => {
    const streams = [`${tenant} ${streamId}`, ...(runId === null ? [] : [`${tenant} run-${runId}`])]
    if (streams.some((stream) => taken.has(stream))) return true
    for (const stream of streams) taken.add(stream)
    return false
  })
  return end < 0 ? due : due.slice(0, end)
}

/** A timer that was fired, the timers of its streams as they now should be, and after how many milliseconds it is tried again. */
interface Judged extends Fired {
  readonly changes: ReadonlyArray<VersionedChange>
  readonly tryAfter?: number
}

const judge = (
  timer: DueTimer,
  { streams }: CommandWithin,
  answer: Answer,
  { retentionMillis }: Firing,
  now: number
): Judged => {
  const { tenant, streamId, kind, version, attempts } = timer
  switch (answer._tag) {
    case "defect":
      return { timer, outcome: "failed", error: describe(answer.defect), changes: [], tryAfter: backOff(attempts) }
    case "refused": // there is no such stream
      return { timer, outcome: "moot", changes: [{ tenant, streamId, version, change: { what: "clear", kind } }] }
    case "accepted": {
      const { accepted } = answer
      const changes = accepted.streams.flatMap((stream: StreamState<unknown>, index) => {
        const { category } = (streams[index] as StreamRef<unknown>).category
        const wanted = changesTo(category, stream.state, retentionMillis)
        return wanted.map((change) => ({
          tenant,
          streamId: `${category}-${stream.id}`,
          version: stream.version,
          change
        }))
      })
      const own = changes.find((one) => one.streamId === streamId && kindOf(one.change) === kind)?.change
      const dueAgain = own?.what === "set" ? Date.parse(own.timer.dueAt) : undefined
      const still = dueAgain !== undefined && dueAgain <= now
      const idle = dueAgain === undefined ? "moot" : still ? "waiting" : "moved"
      return {
        timer,
        outcome: accepted.appended > 0 ? "fired" : idle,
        changes,
        ...(still ? { tryAfter: WAIT } : {})
      }
    }
  }
}
