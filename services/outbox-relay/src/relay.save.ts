import { Effect } from "effect"
import { type Mark, saveMark } from "./relay.state.ts"

/** Milliseconds between two saves, and between two points that a repair can go back to. */
const SAVE_EVERY = 200
const KEEP_EVERY = 1_000

/** Saves marks now and then: the broker knows the rest (see `checkBroker`), so nothing waits for the disk. */
export const makeSaver = (epoch: number, claimed: Mark) => {
  let saved = claimed
  let kept: Mark | undefined
  let savedAt = Number.NEGATIVE_INFINITY
  let keptAt = Number.NEGATIVE_INFINITY

  const save = (mark: Mark) =>
    Effect.suspend(() => {
      const now = performance.now()
      const keep = !isSame(mark, kept) && now - keptAt >= KEEP_EVERY
      if (isSame(mark, saved) && !keep) return Effect.void
      return Effect.tap(saveMark(epoch, mark, keep), () =>
        Effect.sync(() => {
          saved = mark
          savedAt = now
          if (!keep) return
          kept = mark
          keptAt = now
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

const isSame = (one: Mark, other: Mark | undefined): boolean =>
  other !== undefined && one.sequence === other.sequence && one.floor === other.floor
