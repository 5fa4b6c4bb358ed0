import { expect, it } from "vitest"
import { pauseAfter, retryAfterMillis, saysLater } from "./retry.policy.ts"

const policy = { firstPause: 100, longestPause: 1_000 }

it("pauses double up to the longest, between half and the whole of it by chance", () => {
  const pauses = (chance: number) => [1, 2, 3, 4, 5, 60].map((n) => pauseAfter(n, undefined, policy, chance))
  expect(pauses(0)).toEqual([50, 100, 200, 400, 500, 500])
  expect(pauses(1)).toEqual([100, 200, 400, 800, 1_000, 1_000])
})

it("never less than the server asks for, though it be longer than the longest", () => {
  expect(pauseAfter(1, 3_000, policy, 0)).toBe(3_000)
  expect(pauseAfter(1, 3_000, policy, 1)).toBe(3_050)
  expect(pauseAfter(5, 10, policy, 1)).toBe(1_000)
})

it("Retry-After is in seconds or a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z")
  expect(retryAfterMillis("2", now)).toBe(2_000)
  expect(retryAfterMillis("Thu, 01 Jan 2026 00:00:05 GMT", now)).toBe(5_000)
  expect(retryAfterMillis("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0)
  for (const none of [null, "", "soon", "-1s"]) expect(retryAfterMillis(none, now)).toBeUndefined()
})

it("only four statuses say later", () => {
  const later = Array.from({ length: 400 }, (_, n) => n + 200).filter(saysLater)
  expect(later).toEqual([429, 502, 503, 504])
})
