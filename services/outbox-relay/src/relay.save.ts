import { Effect } from "effect"
import { type Mark, saveMark } from "./relay.state.ts"

/** Milliseconds between two saves, and between two points that a repair can go back to. */
const SAVE_EVERY = 200
const KEEP_EVERY = 1_000

/** Saves marks now and then: the broker knows the rest (see `checkBroker`), so nothing waits for the disk. */
export const makeSaver = (epoch: number, saved: Mark) => {
  let last = saved
  let savedAt = Number.NEGATIVE_INFINITY
  let keptAt = Number.NEGATIVE_INFINITY

  const save = (mark: Mark) =>
    Effect.suspend(() => {
      if (mark.sequence === last.sequence && mark.floor === last.floor) return Effect.void
      const now = performance.now()
      const keep = now - keptAt >= KEEP_EVERY
      return Effect.tap(saveMark(epoch, mark, keep), () =>
        Effect.sync(() => {
          last = mark
          savedAt = now
          if (keep) keptAt = now
        })
      )
    })

  return {
    save,
    /** Saves when it is time to. */
    saveIfDue: (mark: Mark) =>
      Effect.suspend(() => (performance.now() - savedAt < SAVE_EVERY ? Effect.void : save(mark)))
  }
}
