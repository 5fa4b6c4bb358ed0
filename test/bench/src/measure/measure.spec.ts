import { expect, it } from "vitest"
import { callsPerSecond } from "./callers.ts"
import { pace, until } from "./metrics.ts"
import { alternate } from "./rounds.ts"
import { median, percentile } from "./statistics.ts"

it("takes the middle and the nearest rank", () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN])
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100])
})

it("measures in turn and compares within a round, so that a slow round weighs on both", async () => {
  const order: Array<string> = []
  const contestant = (key: string, values: ReadonlyArray<number>) => {
    const left = [...values]
    const measure = async (): Promise<number> => {
      order.push(key)
      return left.shift() ?? Number.NaN
    }
    return { key, what: key, unit: "per second", measure }
  }
  const rounds = await alternate([contestant("ours", [200, 20, 2]), contestant("peer", [100, 40, 1])], 3, () => {})
  expect(order).toEqual(["ours", "peer", "peer", "ours", "ours", "peer"])
  expect(rounds.ratio("ours", "peer")).toBe(2)
  expect(rounds.absolute.ours).toEqual({ what: "ours", unit: "per second", value: 20 })
})

it("keeps as many calls under way as there are callers, and ends with the first that fails", async () => {
  let underWay = 0
  let most = 0
  const rate = await callsPerSecond(8, { seconds: 0.05, warmUpSeconds: 0.01 }, async () => {
    most = Math.max(most, ++underWay)
    await new Promise((resolve) => setImmediate(resolve))
    underWay -= 1
  })
  expect([most, Number.isFinite(rate), rate > 0]).toEqual([8, true, true])
  const refused = callsPerSecond(2, { seconds: 60, warmUpSeconds: 0 }, () => Promise.reject(new Error("refused")))
  await expect(refused).rejects.toThrow("refused")
})

it("paces a count from where it stands to its target", async () => {
  const samples = [10, 10, 30, 110]
  const rate = await pace("the count", async () => samples.shift() ?? 110, 110, 1)
  expect(rate).toBeGreaterThan(0)
  expect(samples).toEqual([])
})

it("says what it waited for in vain", async () => {
  await expect(until("rain", async () => false, { everyMillis: 1, withinSeconds: 0.01 })).rejects.toThrow("rain")
})
