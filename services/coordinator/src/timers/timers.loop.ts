/**
 * The loop that fires timers: each one once, the longest due first, by the database's clock.
 *
 *   standing by ──lease──▶ firing ──the database is away──▶ waiting ──▶ firing
 *
 * Authority. What is to be done follows from a stream's events and the database's time (the deciders of the nouns); a row of
 * `sluice.timers` only says when to look. A row that comes too early, too late or twice therefore does nothing wrong: its
 * decider answers no events, and it is moved to where the events want it, or goes. Events and row change in one transaction,
 * which asserts the lease's epoch first. Our own clock measures how long we sleep and nothing else.
 *
 * Two leases. This loop has one, the consumer that keeps the rows has another (`consumer-coordinator`), because each of them
 * fences its own writes, and neither needs the other to be in the same process. They meet in the rows alone, each change of
 * which carries a version of its stream: who knows the later one is right.
 *
 * A look: one read by index. Something due → a transaction of up to 64 timers → the next one at once. Nothing due → asleep
 * until the next timer, a second at most; so one that is set for sooner than that is up to a second late.
 *
 * Failures, and what they cost:
 * - crash anywhere, SIGKILL between append and commit: the transaction is there or not;
 * - paused while holding the lease: another instance fires; the epoch refuses our transaction when we wake up;
 * - somebody else appends to the stream meanwhile: decided again on what they did; one of the two outcomes, never both;
 * - a decider or a fold throws: that timer is tried again after a growing pause (an hour at most), the others go on;
 * - a batch fails as a whole, with the database there: the next timers go one by one, and the one that fails waits as above;
 * - database away: said once, tried again with a growing pause, said once when it is over; then the longest due comes first.
 */
import { splitsBatch } from "@sluice/event-store/store.errors"
import { type EventStore, StoreError } from "@sluice/event-store/store.port"
import { assertLease, type LeaseOptions, withLease } from "@sluice/lease/lease"
import { DbError, Postgres } from "@sluice/postgres"
import { describe } from "@sluice/projection/consumer.errors"
import { Cause, Effect } from "effect"
import { backOff } from "./timer.back-off.ts"
import { type Fired, type Firing, fireDue } from "./timers.fire.ts"
import { firedTotal, lateSeconds } from "./timers.metrics.ts"
import { followRetention } from "./timers.retention.ts"
import { type DueTimer, postpone, timersDue } from "./timers.sql.ts"

export interface TimersStatus {
  readonly state: "standing by" | "firing" | "waiting"
  /** Why it waits. */
  readonly reason?: string
}
export interface TimersSettings {
  /** Shown to operators as the holder of the lease. */
  readonly instance: string
  readonly retentionMillis: number
  /** Timers of one transaction at most. Default 64. */
  readonly batch?: number
  /** Told what became of each timer, after the commit. */
  readonly onFired?: (fired: ReadonlyArray<Fired>) => void
  /** Runs beside the loop, on the instance that holds the lease. */
  readonly beside?: Effect.Effect<unknown, never, Postgres>
  readonly lease?: Pick<LeaseOptions, "ttl" | "renewEvery">
}
export interface RunningTimers {
  /** Never ends; interrupt it to stop, which hands the lease over. */
  readonly run: Effect.Effect<never, never, Postgres | EventStore>
  readonly status: () => TimersStatus
}

export const TIMERS_LEASE = "timers"
const BATCH = 64
/** Milliseconds: between two looks at most; the first pause after a failure, doubled up to the longest. */
const LOOK_EVERY = 1_000
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 2_000

export const makeTimers = (settings: TimersSettings): RunningTimers => {
  const { instance, retentionMillis, batch = BATCH } = settings
  let status: TimersStatus = { state: "standing by" }
  let pause = FIRST_PAUSE

  const recovered = Effect.suspend(() => {
    const before = status
    status = { state: "firing" }
    pause = FIRST_PAUSE
    return before.state === "waiting" ? Effect.logInfo("Timers are fired again") : Effect.void
  })

  const complain = (reason: string) =>
    Effect.suspend(() => {
      const before = status
      status = { state: "waiting", reason }
      return before.reason === reason ? Effect.void : Effect.logWarning("Timers cannot be fired for now", { reason })
    })

  const told = (fired: ReadonlyArray<Fired>) =>
    Effect.gen(function* () {
      settings.onFired?.(fired)
      for (const { timer, outcome, error } of fired) {
        const { tenant, streamId, kind, attempts } = timer
        firedTotal.inc({ kind, outcome })
        if (outcome === "failed") yield* Effect.logError("A timer failed", { tenant, streamId, kind, attempts, error })
      }
    })

  const body = (epoch: number) => {
    const firing: Firing = { lease: TIMERS_LEASE, epoch, retentionMillis }
    /** How many timers go one by one after a batch that failed as a whole. */
    let careful = 0

    const turn = Effect.gen(function* () {
      const { now, next, due } = yield* timersDue(1)
      const [first] = due
      lateSeconds.set(first === undefined ? 0 : Math.max(0, now - first.dueAt) / 1000)
      if (first === undefined) {
        yield* recovered
        return yield* Effect.sleep(Math.min(LOOK_EVERY, Math.max(1, (next ?? Number.POSITIVE_INFINITY) - now)))
      }
      const alone = careful > 0
      if (alone) careful -= 1
      const fired = yield* fireDue(firing, alone ? 1 : batch).pipe(
        Effect.catchCause((cause) => {
          const error = Cause.squash(cause)
          if (Cause.hasInterrupts(cause) || isSurroundings(error)) return Effect.failCause(cause)
          if (alone) return failed(firing, first, isContention(error) ? null : describe(error))
          careful = batch
          return Effect.succeed([])
        })
      )
      yield* recovered
      yield* told(fired)
    })

    const turns = turn.pipe(
      Effect.catchCause((cause) => {
        if (Cause.hasInterrupts(cause)) return Effect.interrupt
        const wait = pause
        pause = Math.min(LONGEST_PAUSE, pause * 2)
        return Effect.andThen(complain(describe(Cause.squash(cause))), Effect.sleep(wait))
      }),
      Effect.forever
    )
    return Effect.raceAllFirst([turns, followRetention(firing), settings.beside ?? Effect.never]).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          status = { state: "standing by" }
          lateSeconds.set(0)
        })
      )
    )
  }

  return {
    run: withLease({ name: TIMERS_LEASE, owner: instance, ...settings.lease }, ({ epoch }) => body(epoch)),
    status: () => status
  }
}

/** Puts a timer off that cannot be fired by itself. `error` null: because of others. */
const failed = (firing: Firing, timer: DueTimer, error: string | null) =>
  Postgres.use((pg) =>
    pg.transaction(
      Effect.andThen(
        assertLease(firing.lease, firing.epoch),
        postpone(timer, backOff(error === null ? 0 : timer.attempts), error)
      )
    )
  ).pipe(
    Effect.as<ReadonlyArray<Fired>>([
      error === null ? { timer, outcome: "waiting" } : { timer, outcome: "failed", error }
    ])
  )

/** The database is away or the lease has passed on: no timer's fault. Anything else may be, a lock that somebody holds included. */
const isSurroundings = (error: unknown): boolean =>
  error instanceof DbError
    ? error.unavailable || error.code === "SL001"
    : error instanceof StoreError && error.retryable && !splitsBatch(error)

/** Somebody else was quicker or held a lock: nothing is wrong with the timer. */
const isContention = (error: unknown): boolean =>
  error instanceof DbError ? error.contention : error instanceof StoreError && error.retryable
