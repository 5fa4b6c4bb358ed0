import { type HorizonProbe, makeHorizon } from "@sluice/event-store/horizon"
import type { DbError } from "@sluice/postgres"
import { Clock, Effect, Fiber, Semaphore } from "effect"

/** How far the log can be read, and how far it goes. */
export interface LogEnd {
  /** Nothing at or below it can appear any more. */
  readonly horizon: number
  /** The last position given out; above the horizon while an append is under way. */
  readonly last: number
}

/** Milliseconds between two looks for an append under way to end, and how long a reader waits for that. */
const PACE = 5
const PATIENCE = 100

/** The end of the log, as everybody in this process knows it. */
export const watchEnd = (probe: Effect.Effect<HorizonProbe, DbError>) => {
  let known: LogEnd = { horizon: 0, last: 0 }
  const horizon = makeHorizon(
    Effect.tap(probe, ({ lastPosition }) =>
      Effect.sync(() => {
        known = { ...known, last: lastPosition }
      })
    )
  )
  const lookOnce = Effect.map(horizon.current, (position) => {
    known = { ...known, horizon: position }
    return known
  })
  const oneAtATime = Semaphore.makeUnsafe(1)
  let next: { fiber?: Fiber.Fiber<LogEnd, DbError> } | undefined
  /** Whoever asks while a look waits for its turn shares it: many readers that come at once cost one or two. */
  const look = Effect.suspend(() => {
    if (next?.fiber !== undefined) return Fiber.join(next.fiber)
    const own: NonNullable<typeof next> = {}
    next = own
    const begin = Effect.suspend(() => {
      next = next === own ? undefined : next
      return lookOnce
    })
    // Detached: who began it may go while others wait for it.
    return Effect.forkDetach(Semaphore.withPermits(oneAtATime, 1)(begin)).pipe(
      Effect.flatMap((fiber) => {
        own.fiber = fiber
        return Fiber.join(fiber)
      })
    )
  })
  /** Sees what had been committed when it was asked, unless an append from before takes longer than our patience. */
  const reach = Effect.gen(function* () {
    const asked = yield* Clock.currentTimeMillis
    let end = yield* look
    const { last } = end
    while (end.horizon < last && (yield* Clock.currentTimeMillis) < asked + PATIENCE) {
      yield* Effect.sleep(PACE)
      end = yield* look
    }
    return end
  })
  return { known: () => known, look, reach }
}
export type EndWatch = ReturnType<typeof watchEnd>
