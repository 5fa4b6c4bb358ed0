import { Effect, type Fiber, LogLevel, References } from "effect"
import type { HttpServerRequest } from "effect/http"

const EVERY = 1000

/** When 503 was last logged (by the steady clock), and how many since then were not. */
let lastRefusal = Number.NEGATIVE_INFINITY
let untold = 0

/** Without the query; a link of an e-mail without what it lets its reader do. */
const shown = (url: string): string => (url.split("?", 1)[0] as string).replace(/^(\/unsubscribe\/).+/, "$1…")

/**
 * One line per request at debug level, one at error level per fault of ours. While something is away every request gets
 * 503, so these are told once a second with their number: a log that grows with the load would be the next outage.
 */
export const logRequest = (
  fiber: Fiber.Fiber<unknown, unknown>,
  { method, url }: HttpServerRequest.HttpServerRequest,
  status: number,
  started: number
): Effect.Effect<void> | undefined => {
  if (status < 500 && !LogLevel.isLessThanOrEqualTo(fiber.getRef(References.MinimumLogLevel), "Debug")) return undefined
  const now = performance.now()
  const fields = { method, path: shown(url), status, ms: Math.round(now - started) }
  if (status < 500) return Effect.logDebug("request", fields)
  if (status !== 503) return Effect.logError("request failed", fields)
  untold += 1
  if (now - lastRefusal < EVERY) return undefined
  const refused = untold
  lastRefusal = now
  untold = 0
  return Effect.logWarning("requests refused for now", { ...fields, refused })
}
