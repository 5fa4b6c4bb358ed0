import type { Tier } from "@sluice/contracts/billing/billing.events"
import type { ForecastView } from "@sluice/contracts/billing/billing.views"
import { divideHalfEven, moneyOf } from "./money.text.ts"
import { tierCost } from "./price.tiers.ts"

/** What n tasks may cost. Everything is a fraction of whole numbers until its end; only there it is rounded, to 10⁻¹⁵ USD. */

interface Wanted {
  readonly tasks: number
  /** Percent on top. */
  readonly margin: number
}

/** What a task uses of a meter, on average, and what that costs. */
export interface AverageUsage {
  readonly meter: string
  readonly model: string
  readonly quantity: number
  readonly tiers: ReadonlyArray<Tier>
  /** Used already in the month: tiers go on from there. */
  readonly before: bigint
}

/** By what tasks use on average. */
export const forecastOfAverages = ({ tasks, margin }: Wanted, usage: ReadonlyArray<AverageUsage>): ForecastView => {
  const used = new Map<string, bigint>()
  let cost = 0n
  for (const { meter, model, quantity, tiers, before } of usage) {
    const name = JSON.stringify([meter, model])
    const from = used.get(name) ?? before
    const units = BigInt(tasks) * BigInt(quantity)
    cost += tierCost(tiers, from, units)
    used.set(name, from + units)
  }
  const expected = divideHalfEven(cost * percent(margin), 100n)
  return { tasks, margin, history: null, expected: moneyOf(expected), low: null, high: null }
}

/**
 * By what tasks cost so far, two at least. `standardDeviation` is the sample's (n − 1), and it and the spread, two deviations of a sum of
 * as many independent tasks, are whole square roots: rounded down. The margin is on what is expected, not on the spread.
 */
export const forecastOfHistory = ({ tasks, margin }: Wanted, costs: ReadonlyArray<bigint>): ForecastView => {
  const [known, wanted] = [BigInt(costs.length), BigInt(tasks)]
  const sum = costs.reduce((total, cost) => total + cost, 0n)
  const squares = costs.reduce((total, cost) => total + cost * cost, 0n)
  // The variance is deviation / freedom.
  const deviation = known * squares - sum * sum
  const freedom = known * (known - 1n)
  const expected = divideHalfEven(wanted * sum * percent(margin), known * 100n)
  const spread = wholeRoot((4n * wanted * deviation) / freedom)
  return {
    tasks,
    margin,
    history: {
      tasks: costs.length,
      mean: moneyOf(divideHalfEven(sum, known)),
      standardDeviation: moneyOf(wholeRoot(deviation / freedom))
    },
    expected: moneyOf(expected),
    low: moneyOf(expected > spread ? expected - spread : 0n),
    high: moneyOf(expected + spread)
  }
}

const percent = (margin: number): bigint => 100n + BigInt(margin)

/** The square root of a number that is not negative, rounded down: by Newton, from above. */
export const wholeRoot = (square: bigint): bigint => {
  if (square < 2n) return square
  let root = 1n << BigInt(Math.ceil(square.toString(2).length / 2))
  while (true) {
    const next = (root + square / root) / 2n
    if (next >= root) return root
    root = next
  }
}
