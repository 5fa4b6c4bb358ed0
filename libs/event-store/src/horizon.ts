import { Effect, Semaphore } from "effect"

export interface HorizonProbe {
  /** The last position given out so far. */
  readonly lastPosition: number
  /** Virtual transaction ids that held the append lock after `lastPosition` was read. */
  readonly holders: ReadonlyArray<string>
}

/**
 * The position up to which the log has no gaps any more: everything at or below it is committed or never will be.
 *
 * A position can commit after a higher one, so nobody may read past the horizon. One probe gives the last position H and
 * then who holds the append lock. When exactly those transactions have ended, H is the horizon, whoever else has begun
 * since. We keep one such candidate and look again at the next probe: no reader ever waits for a writer, and no writer
 * for a reader (asking for the lock exclusively would queue every writer behind the slowest one). Somebody's open
 * transaction elsewhere in the database has no influence, as it would have on an `xmin` horizon.
 *
 * Probes run one after the other: an older list of holders must never judge a newer candidate.
 */
export interface Horizon<E> {
  /** Probes once and answers the newest known horizon; it lags behind a paused writer and moves back only where the log itself did. */
  readonly current: Effect.Effect<number, E>
}

export const makeHorizon = <E>(probe: Effect.Effect<HorizonProbe, E>): Horizon<E> => {
  const oneAtATime = Semaphore.makeUnsafe(1)
  let known = 0
  let last = 0
  let candidate: { readonly position: number; readonly holders: ReadonlyArray<string> } | undefined

  const judge = ({ lastPosition, holders }: HorizonProbe): number => {
    if (lastPosition < last) {
      // The database was restored, or failed over and lost commits: these positions are given out again.
      known = 0
      candidate = undefined
    }
    last = lastPosition
    if (candidate !== undefined) {
      const left = candidate.holders.filter((holder) => holders.includes(holder))
      if (left.length === 0) known = Math.max(known, candidate.position)
      candidate = left.length === 0 ? undefined : { position: candidate.position, holders: left }
    }
    if (holders.length === 0) known = Math.max(known, lastPosition)
    else candidate ??= { position: lastPosition, holders }
    return known
  }

  return { current: Semaphore.withPermits(oneAtATime, 1)(Effect.map(probe, judge)) }
}
