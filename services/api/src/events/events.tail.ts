/**
 * The tail of the log: one loop per process reads what is new once and hands it to everybody who follows `/v1/events/stream`.
 *
 *   resting ──a reader joins──▶ reading ──level with the log──▶ waiting ──wake-up or poll──▶ reading
 *      ▲                           │ ▲                             │
 *      └──── the last one leaves ──┘ └── database back ── away ◀───┘
 *
 * Authority
 * - What happened, and in which order: `events`, up to the horizon (see `@sluice/event-store/horizon`). Nothing at or above a
 *   position that is not committed yet is read, so nothing can appear behind what has been handed out.
 * - How far a tenant's readers have been told: the lane's position, in memory. A reader joins a lane only where it has itself
 *   read up to that position, in one turn of the event loop: no hole and no repeat between backlog and live.
 * - How far one reader has been told: the ids that it received. It comes back with the last one, to this or another instance.
 *
 * Failures
 * - Another instance or service appends: nobody wakes this one, the poll finds the events up to `POLL` later. The broker is not needed.
 * - The database is away: said once; lanes and readers stay where they are, heartbeats go on, and reading goes on where it
 *   was as soon as the database is back. Any other fault of a round is logged and the round repeated.
 * - An append hangs: the horizon stays, and everything above it waits with it (5 s at most, by the time-outs of the roles).
 * - The log ends before what readers were told (the database was restored, or lost commits in a failover): their streams end with a
 *   message, and their last id is refused from then on. Seen as long as the log has not grown past them before the next look.
 * - A reader is slow: it never holds up a round. It is cut off when its buffer is full (see `events.reader.ts`).
 * - The process dies: readers come back elsewhere with their last id; nothing is kept here.
 *
 * A round takes at most half of the time, so that commands are not held up by many readers.
 */
import type { Postgres } from "@sluice/postgres"
import { Cause, Effect, type Latch } from "effect"
import type { EndWatch } from "./events.end.ts"
import type { Lag } from "./events.lag.ts"
import type { Lanes } from "./events.lanes.ts"
import { type News, readTail } from "./events.log.ts"

/** Milliseconds from one round to the next at least: under load, events gather and share what a round costs. */
const PACE = 10
/** Milliseconds between two looks without a wake-up; one costs the database some 0.2 ms. */
const POLL = 50
/** Milliseconds before a round is repeated that failed. */
const RETRY = 200
/** Milliseconds after which a round counts as failed: a connection may be lost without a word. */
const PATIENCE = 5_000
/** Events of one round. */
const LIMIT = 500

export interface Tail {
  readonly postgres: Postgres["Service"]
  readonly end: EndWatch
  readonly lanes: Lanes
  /** Opened when there may be something new. */
  readonly wake: Latch.Latch
  readonly lag: Lag
}

/** Reads for ever. */
export const runTail = (tail: Tail) =>
  Effect.gen(function* () {
    let failing = false
    while (true) {
      const started = performance.now()
      const outcome = yield* round(tail).pipe(
        Effect.timeout(PATIENCE),
        Effect.tap(() => (failing ? Effect.logInfo("The stream of events goes on") : Effect.void)),
        Effect.catchCauseIf(
          (cause) => !Cause.hasInterruptsOnly(cause),
          (cause) => sayOnce(failing, cause)
        )
      )
      failing = outcome === "failed"
      const took = performance.now() - started
      yield* Effect.sleep(failing ? RETRY : Math.max(PACE - took, took))
      if (outcome === "idle") yield* tail.lanes.size === 0 ? tail.wake.await : wakeOrPoll(tail)
    }
  })

const sayOnce = (said: boolean, cause: Cause.Cause<unknown>) =>
  Effect.as(
    said ? Effect.void : Effect.logWarning("The stream of events waits", { reason: String(Cause.squash(cause)) }),
    "failed" as const
  )

const wakeOrPoll = ({ wake }: Tail) => Effect.timeoutOption(wake.await, POLL)

/** What these readers were told last is not in the log any more; what comes in its place they would never hear of. */
const endBeyond = (lanes: Lanes, last: number) => {
  const lost = lanes.beyond(last)
  for (const reader of lost) reader.end("sluice.log-lost")
  return lost.length === 0
    ? Effect.void
    : Effect.logError("The log ends before what readers were told: the database was restored, or lost commits", {
        last,
        readers: lost.length
      })
}

const NOTHING: News = { events: [], cut: false }

/** "more": there is something left to read, or about to be committed. */
const round = ({ postgres, end, lanes, wake, lag }: Tail) =>
  Effect.gen(function* () {
    wake.closeUnsafe()
    if (lanes.size === 0) return "idle" as const
    const at = performance.now()
    const { horizon, last } = yield* end.look
    // A reader that has just joined may know of a later look than ours.
    yield* endBeyond(lanes, end.known().last)
    const asked = lanes.behind(horizon)
    const { events, cut } = asked.length === 0 ? NOTHING : yield* readTail(postgres, asked, horizon, LIMIT)
    lanes.deliver(asked, events, horizon, cut)
    lag.looked({ last, told: lanes.told(horizon), at })
    return cut || horizon < last ? ("more" as const) : ("idle" as const)
  })
