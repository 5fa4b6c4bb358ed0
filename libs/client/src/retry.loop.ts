import { setTimeout as sleep } from "node:timers/promises"
import { pauseAfter, type RetryPolicy, retryAfterMillis, saysLater } from "./retry.policy.ts"

/** An answer in full, not read yet. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** How a request ended: with an answer, though it may still say "later", or without a whole one. */
export type Outcome = (
  | { readonly answer: RawAnswer; readonly cause?: undefined }
  | { readonly answer?: undefined; readonly cause: unknown }
) & { readonly attempts: number }

/**
 * Sends a request until something is answered that does not say "later".
 *
 * Ends: with such an answer; with what the last attempt gave, when the attempts are used up or the next pause would outlast
 * the time; or by rejecting with the reason of the caller's signal. An attempt that fails without an answer says nothing
 * about what the server did: the request must be one that can be repeated, and it is the same one each time.
 */
export const untilAnswered = async (
  attempt: (signal: AbortSignal) => Promise<RawAnswer>,
  policy: RetryPolicy,
  signal: AbortSignal | undefined
): Promise<Outcome> => {
  const deadline = performance.now() + policy.within
  for (let attempts = 1; ; attempts++) {
    signal?.throwIfAborted()
    const outcome = await once(attempt, Math.min(policy.attemptWithin, deadline - performance.now()), signal)
    const { answer } = outcome
    if (answer !== undefined && !saysLater(answer.status)) return { ...outcome, attempts }
    const retryAfter = retryAfterMillis(answer?.headers.get("retry-after") ?? null, serverTime(answer))
    const pause = pauseAfter(attempts, retryAfter, policy, Math.random())
    if (attempts >= policy.attempts || performance.now() + pause >= deadline) return { ...outcome, attempts }
    await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted())
  }
}

/** Milliseconds since the epoch by the clock of who answered: a date to come again at is by that one. */
const serverTime = (answer: RawAnswer | undefined): number => {
  const date = Date.parse(answer?.headers.get("date") ?? "")
  return Number.isNaN(date) ? Date.now() : date
}

type Once =
  | { readonly answer: RawAnswer; readonly cause?: undefined }
  | { readonly answer?: undefined; readonly cause: unknown }

const once = async (
  attempt: (signal: AbortSignal) => Promise<RawAnswer>,
  millis: number,
  signal: AbortSignal | undefined
): Promise<Once> => {
  const late = AbortSignal.timeout(Math.max(1, Math.ceil(millis)))
  const either = signal === undefined ? late : AbortSignal.any([signal, late])
  try {
    return { answer: await Promise.race([attempt(either), aborted(either)]) }
  } catch (cause) {
    signal?.throwIfAborted()
    return { cause }
  }
}

/** Rejects when a signal is aborted: a token to wait for, or a `fetch` of one's own, may not heed it. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
    if (signal.aborted) reject(signal.reason)
  })
