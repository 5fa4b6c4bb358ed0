/** Seconds between the attempts of a webhook or a mail: after the last one it is dead. */
export const RETRY_SECONDS: ReadonlyArray<number> = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]

/**
 * Milliseconds until the next attempt after try number `tries` failed (they count from 1), null after the last one. Up to a
 * fifth longer than the schedule says, so that what failed together does not come back together.
 *
 * @param random between 0 and 1
 */
export const retryAfter = (schedule: ReadonlyArray<number>, tries: number, random: number): number | null => {
  const seconds = schedule[Math.max(0, tries - 1)]
  return seconds === undefined ? null : Math.round(seconds * 1000 * (1 + random / 5))
}
