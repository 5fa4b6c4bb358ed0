import { Effect } from "effect"

/** Milliseconds: the first pause after a failure, doubled up to the longest. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 2_000

type Part = "claim" | "settle"

export interface Outage {
  /** Says so, unless it is said already. */
  readonly began: (part: Part, reason: string) => Effect.Effect<void>
  /** Says so, once no part fails any more. */
  readonly ended: (part: Part) => Effect.Effect<void>
  /** Why nothing is delivered; undefined when nothing is wrong. */
  readonly reason: () => string | undefined
}

/** What the parts of the loop know of a database that is away: said once when it begins and once when it is over. */
export const makeOutage = (): Outage => {
  const reasons = new Map<Part, string>()
  return {
    began: (part, reason) =>
      Effect.suspend(() => {
        const first = reasons.size === 0
        reasons.set(part, reason)
        return first ? Effect.logWarning("Webhooks cannot be delivered for now", { part, reason }) : Effect.void
      }),
    ended: (part) =>
      Effect.suspend(() =>
        reasons.delete(part) && reasons.size === 0 ? Effect.logInfo("Webhooks are delivered again") : Effect.void
      ),
    reason: () => [...reasons.values()][0]
  }
}

/** Sleeps longer after every failure in a row. */
export const makePause = () => {
  let pause = FIRST_PAUSE
  return {
    sleep: Effect.suspend(() => {
      const wait = pause
      pause = Math.min(LONGEST_PAUSE, pause * 2)
      return Effect.sleep(wait)
    }),
    reset: () => {
      pause = FIRST_PAUSE
    }
  }
}
