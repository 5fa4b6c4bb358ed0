import { ForecastView } from "@sluice/contracts/billing/billing.views"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { type AverageUsage, forecastOfAverages, forecastOfHistory, wholeRoot } from "./forecast.ts"

const USD = 10n ** 15n
const flat = (price: string) => [{ upTo: null, price }]
const tokens = (quantity: number, price: string, meter = "tokens.input"): AverageUsage => ({
  ...{ meter, model: "", quantity, tiers: flat(price), before: 0n }
})

describe("by averages", () => {
  it("10 tasks of 5,000 tokens, half of them input, at 3 and 15 USD per million, with 20 % on top, cost 0.54 USD", () => {
    const usage = [tokens(2500, "3000000000"), tokens(2500, "15000000000", "tokens.output")]
    const view = forecastOfAverages({ tasks: 10, margin: 20 }, usage)
    expect(view).toEqual({
      tasks: 10,
      margin: 20,
      history: null,
      expected: { amount: "540000000000000", usd: "0.54" },
      low: null,
      high: null
    })
    expect(Schema.is(ForecastView)(view)).toBe(true)
  })

  it.each([
    // 50 × 1.01, 150 × 1.01, 250 × 1.01: from the middle to the even one.
    ["50", 1, "50"],
    ["150", 1, "152"],
    ["250", 1, "252"],
    ["51", 1, "52"],
    ["1", 49, "1"],
    ["1", 51, "2"]
  ])("at %s and %d %% more comes to %s, rounded at the end", (price, margin, amount) =>
    expect(forecastOfAverages({ tasks: 1, margin }, [tokens(1, price)]).expected.amount).toBe(amount)
  )

  it("goes on where the month's tiers stand, over all tasks together", () => {
    const tiers = [
      { upTo: "100", price: "10" },
      { upTo: null, price: "1" }
    ]
    const tiered = { ...tokens(30, "0"), tiers, before: 40n }
    // 60 units are left of the first tier, 30 go beyond it.
    expect(forecastOfAverages({ tasks: 3, margin: 0 }, [tiered]).expected.amount).toBe("630")
    // A meter that is named twice is used twice, not from the same start.
    expect(forecastOfAverages({ tasks: 1, margin: 0 }, [tiered, tiered, tiered]).expected.amount).toBe("630")
  })
})

describe("by history", () => {
  it("expects the mean, and two deviations of the sum to each side", () => {
    // Mean 4, sample variance 8 (of 2, 2, 4, 8: 24 / 3).
    const costs = [2n, 2n, 4n, 8n].map((usd) => usd * USD)
    const view = forecastOfHistory({ tasks: 2, margin: 50 }, costs)
    expect(Schema.is(ForecastView)(view)).toBe(true)
    expect(view).toEqual({
      tasks: 2,
      margin: 50,
      history: {
        tasks: 4,
        mean: { amount: "4000000000000000", usd: "4" },
        // √8
        standardDeviation: { amount: "2828427124746190", usd: "2.82842712474619" }
      },
      expected: { amount: "12000000000000000", usd: "12" },
      // 2 √(2 · 8) = 8
      low: { amount: "4000000000000000", usd: "4" },
      high: { amount: "20000000000000000", usd: "20" }
    })
  })

  it("is never below nothing", () =>
    expect(forecastOfHistory({ tasks: 1, margin: 0 }, [0n, 100n])).toMatchObject({
      expected: { amount: "50" },
      low: { amount: "0", usd: "0" },
      high: { amount: "191" }
    }))

  it("knows no spread where every task cost the same", () =>
    expect(forecastOfHistory({ tasks: 1_000_000, margin: 0 }, [3n, 3n, 3n])).toMatchObject({
      history: { tasks: 3, mean: { amount: "3" }, standardDeviation: { amount: "0" } },
      expected: { amount: "3000000" },
      low: { amount: "3000000" },
      high: { amount: "3000000" }
    }))

  it("rounds a mean half even, and what is expected by itself", () =>
    expect(forecastOfHistory({ tasks: 2, margin: 0 }, [1n, 2n])).toMatchObject({
      history: { mean: { amount: "2" } },
      expected: { amount: "3" }
    }))
})

it("a whole root is the largest number whose square is not above", () => {
  const numbers = [...Array(2000).keys()].map(BigInt)
  const large = [2n ** 64n, 10n ** 38n, 10n ** 66n].flatMap((square) => [square - 1n, square, square + 1n])
  for (const square of [...numbers, ...large]) {
    const root = wholeRoot(square)
    expect(root * root <= square && (root + 1n) * (root + 1n) > square).toBe(true)
  }
})
