/** How requests are repeated that did not get through. Milliseconds. */
export interface RetryPolicy {
  /** How often a request is sent at most. Default 6. */
  readonly attempts: number
  /** How long a call may take with all its repeats. Default 30,000. */
  readonly within: number
  /** How long one attempt may take; no answer by then counts as a lost connection. Default 15,000. */
  readonly attemptWithin: number
  /** The pause before the first repeat; each further one is twice as long. Default 100. */
  readonly firstPause: number
  /** The longest pause, unless the server asks for a longer one. Default 5,000. */
  readonly longestPause: number
}

export type RetrySettings = { readonly [Name in keyof RetryPolicy]?: RetryPolicy[Name] | undefined }

const RETRY_DEFAULTS: RetryPolicy = {
  attempts: 6,
  within: 30_000,
  attemptWithin: 15_000,
  firstPause: 100,
  longestPause: 5_000
}

/** What a caller has not set, or set to undefined, is the default. */
export const policyOf = (own: RetrySettings = {}): RetryPolicy => {
  const set = Object.entries(own).filter(([, value]) => value !== undefined)
  return { ...RETRY_DEFAULTS, ...Object.fromEntries(set) }
}

/**
 * Whether a status says "later" and not "no". 503 is a server that is overloaded, lost its database, or has not made visible
 * yet what was asked for; 429, 502 and 504 come from what stands before it. Everything else is an answer.
 */
export const saysLater = (status: number): boolean =>
  status === 429 || status === 502 || status === 503 || status === 504

/** `Retry-After` (RFC 9110, section 10.2.3), seconds or a date, in milliseconds from `now`; undefined for none or nonsense. */
export const retryAfterMillis = (header: string | null, now: number): number | undefined => {
  if (header === null) return undefined
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/**
 * Milliseconds to wait after so many attempts: doubled each time, between half and the whole of it by chance, so that those
 * who failed together do not come back together; never less than the server asks for.
 *
 * @param chance from 0 to 1
 */
export const pauseAfter = (
  attempts: number,
  retryAfter: number | undefined,
  { firstPause, longestPause }: Pick<RetryPolicy, "firstPause" | "longestPause">,
  chance: number
): number => {
  const whole = Math.min(longestPause, firstPause * 2 ** (attempts - 1))
  const pause = whole / 2 + (whole / 2) * chance
  return retryAfter === undefined ? pause : Math.max(pause, retryAfter + (firstPause / 2) * chance)
}
