import { Effect, Schedule } from "effect"
import { DatabaseClock } from "./database-clock.ts"
import type { StoreError } from "./store.port.ts"

const backOff = Schedule.min([Schedule.exponential("20 millis"), Schedule.spaced("250 millis")]).pipe(Schedule.jittered)

/**
 * Repeats what failed for a passing reason until `deadline` (steady clock, milliseconds); then, or where `stop` says so,
 * the failure stands.
 */
export const patiently =
  (deadline: number, stop: (error: StoreError) => boolean = () => false) =>
  <A>(self: Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError> =>
    Effect.retry(self, {
      schedule: backOff,
      while: (error) => error.retryable && !stop(error) && DatabaseClock.steady() < deadline
    })
