import { Effect } from "effect"

/** A program that stops its servers on a signal by itself: interrupting it half-way would leave them running. */
export const runToEnd = (run: () => Promise<number>): Effect.Effect<void> =>
  Effect.uninterruptible(
    Effect.promise(async () => {
      process.exitCode = await run()
    })
  )
