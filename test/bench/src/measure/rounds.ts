import type { Absolute } from "../figure.ts"
import { median } from "./statistics.ts"

/** Something that is measured in turn with others: events or commands per second, or a time. */
export interface Contestant {
  readonly key: string
  readonly what: string
  readonly unit: string
  /** One measurement. */
  readonly measure: () => Promise<number>
}

/** Every measurement of every contestant, by key; the n-th of each belong to the same round. */
export interface Rounds {
  readonly absolute: Readonly<Record<string, Absolute>>
  /** The median over the rounds of `above / below`: what slows a whole round down weighs on both. */
  readonly ratio: (above: string, below: string) => number
}

/**
 * Measures the contestants in turn, `rounds` times, every second round in the opposite order: the machine is noisy, and
 * neither noise nor what the one before left behind may favour anybody.
 */
export const alternate = async (
  contestants: ReadonlyArray<Contestant>,
  rounds: number,
  say: (line: string) => void
): Promise<Rounds> => {
  const values = new Map<string, Array<number>>(contestants.map(({ key }) => [key, []]))
  for (let round = 1; round <= rounds; round++) {
    const order = round % 2 === 1 ? contestants : contestants.toReversed()
    for (const { key, what, unit, measure } of order) {
      const value = await measure()
      values.get(key)?.push(value)
      say(`${what}: ${inPlainDigits(value)} ${unit} (${round}/${rounds})`)
    }
  }
  const of = (key: string): ReadonlyArray<number> => values.get(key) ?? []
  return {
    absolute: Object.fromEntries(
      contestants.map(({ key, what, unit }) => [key, { what, unit, value: median(of(key)) }])
    ),
    ratio: (above, below) => median(of(above).map((value, round) => value / (of(below)[round] ?? Number.NaN)))
  }
}

/** `12,345`, `12.3` or `0.123`: four digits that matter. */
export const inPlainDigits = (value: number): string =>
  value.toLocaleString("en", { maximumSignificantDigits: Math.abs(value) >= 1000 ? 6 : 4, maximumFractionDigits: 3 })
