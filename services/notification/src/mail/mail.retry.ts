/** Seconds after which a mail that failed is tried again, the first time, the second, …; after the last of them it is dead. */
export const RETRY_AFTER: ReadonlyArray<number> = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]

/** So much more or less, that mails that failed together do not come back together. */
const JITTER = 0.1

/**
 * Milliseconds until the next attempt; undefined when that was the last one.
 * @param attempt counts from 1
 * @param random from 0 to 1
 */
export const retryMillis = (attempt: number, schedule: ReadonlyArray<number>, random: number): number | undefined => {
  const seconds = schedule[attempt - 1]
  return seconds === undefined ? undefined : Math.round(seconds * 1000 * (1 - JITTER + 2 * JITTER * random))
}
