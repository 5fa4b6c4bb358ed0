import { Effect } from "effect"

/** What is told of a loop whose surroundings are away, by the part of it that fails. */
export interface Outage<Part extends string = string> {
  /** Says so, unless it is said already. */
  readonly began: (part: Part, reason: string) => Effect.Effect<void>
  /** Says so, once no part fails any more. */
  readonly ended: (part: Part) => Effect.Effect<void>
  readonly isGoingOn: (part: Part) => boolean
  /** Why nothing goes on; undefined when nothing is wrong. */
  readonly reason: () => string | undefined
}

/**
 * What the parts of a loop know of servers that are away: said once when it begins and once when it is over.
 * @param words what is logged then
 */
export const makeOutage = <Part extends string>(words: {
  readonly began: string
  readonly ended: string
}): Outage<Part> => {
  const reasons = new Map<Part, string>()
  return {
    began: (part, reason) =>
      Effect.suspend(() => {
        const first = reasons.size === 0
        reasons.set(part, reason)
        return first ? Effect.logWarning(words.began, { part, reason }) : Effect.void
      }),
    ended: (part) =>
      Effect.suspend(() => (reasons.delete(part) && reasons.size === 0 ? Effect.logInfo(words.ended) : Effect.void)),
    isGoingOn: (part) => reasons.has(part),
    reason: () => [...reasons.values()][0]
  }
}

/** Sleeps longer after every failure in a row: milliseconds, doubled from the first up to the longest. */
export const makePause = (first: number, longest: number) => {
  let pause = first
  return {
    sleep: Effect.suspend(() => {
      const wait = pause
      pause = Math.min(longest, pause * 2)
      return Effect.sleep(wait)
    }),
    reset: () => {
      pause = first
    }
  }
}
