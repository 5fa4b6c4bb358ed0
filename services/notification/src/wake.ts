import { Effect } from "effect"

/** Tells a loop that sleeps that there may be work. A ring while nobody waits is heard by the next wait. */
export interface Wake {
  readonly ring: () => void
  /** How often it has rung since the wait before: at once when it has or does, 0 after so many milliseconds without. */
  readonly wait: (millis: number) => Effect.Effect<number>
}

/** For one loop that waits; anybody may ring. */
export const makeWake = (): Wake => {
  let rings = 0
  let heard: (() => void) | undefined
  return {
    ring: () => {
      rings += 1
      heard?.()
    },
    wait: (millis) =>
      Effect.callback<number>((resume) => {
        const answer = () => {
          clearTimeout(timer)
          heard = undefined
          const count = rings
          rings = 0
          resume(Effect.succeed(count))
        }
        const timer = setTimeout(answer, millis)
        heard = answer
        if (rings > 0) answer()
        return Effect.sync(() => {
          clearTimeout(timer)
          heard = undefined
        })
      })
  }
}
