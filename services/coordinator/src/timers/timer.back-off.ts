const FIRST = 1_000
const LONGEST = 3_600_000

/** Milliseconds until a timer that has failed so many times before is tried again: doubled each time, an hour at most. */
export const backOff = (attempts: number): number => Math.min(LONGEST, FIRST * 2 ** Math.min(attempts, 20))
