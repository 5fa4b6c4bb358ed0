import { expect, it } from "vitest"
import { RETRY_SECONDS, retryAfter } from "./retry.schedule.ts"

it("pauses for 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, and then gives up", () => {
  const pauses = Array.from({ length: 9 }, (_, index) => retryAfter(RETRY_SECONDS, index + 1, 0))
  expect(pauses).toEqual([5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000, null, null])
})

it("pauses up to a fifth longer, never less", () => {
  for (const random of [0, 0.3, 0.999_999]) {
    const pause = retryAfter(RETRY_SECONDS, 2, random) ?? 0
    expect(pause).toBeGreaterThanOrEqual(300_000)
    expect(pause).toBeLessThanOrEqual(360_000)
  }
  expect(retryAfter(RETRY_SECONDS, 2, 0.5)).toBe(330_000)
})

it("begins anew with a delivery that is made again", () => {
  expect(retryAfter(RETRY_SECONDS, 0, 0)).toBe(5_000)
})
