import Table from "cli-table3"
import type { Measured } from "./bench.run.ts"
import { type Absolute, type WantedKey, wanted } from "./figure.ts"
import { inPlainDigits } from "./measure/rounds.ts"

/** What was measured of one key, and whether it is as wanted. */
export interface Verdict {
  readonly key: WantedKey
  readonly question: string
  /** Undefined when its figure failed. */
  readonly value: number | undefined
  readonly met: boolean
}

export const verdicts = (measured: ReadonlyArray<Measured>): ReadonlyArray<Verdict> =>
  measured.flatMap((one) =>
    one.figure.keys.map((key) => {
      const value = "outcome" in one ? one.outcome.wanted[key] : undefined
      return { key, question: one.figure.question, value, met: value !== undefined && isMet(key, value) }
    })
  )

const isMet = (key: WantedKey, value: number): boolean =>
  wanted[key].at === "least" ? value >= wanted[key].value : value <= wanted[key].value

const absolutes = (measured: ReadonlyArray<Measured>): ReadonlyArray<readonly [string, Absolute]> =>
  measured.flatMap((one) => ("outcome" in one ? Object.entries(one.outcome.absolute) : []))

/** Two tables for people: what is wanted and what came, and the values behind it. */
export const reportTables = (measured: ReadonlyArray<Measured>): string => {
  const ratios = new Table({ head: ["figure", "key", "measured", "wanted", ""], style: { head: [], border: [] } })
  for (const { key, question, value, met } of verdicts(measured)) {
    const limit = `${wanted[key].at === "least" ? "≥" : "≤"} ${wanted[key].value}`
    ratios.push([question, key, value === undefined ? "failed" : inPlainDigits(value), limit, met ? "met" : "NOT MET"])
  }
  const values = new Table({ head: ["measured", "value", "unit"], style: { head: [], border: [] } })
  for (const [, { what, value, unit }] of absolutes(measured)) values.push([what, inPlainDigits(value), unit])
  return `${ratios.toString()}\n${values.toString()}`
}

/** One line of JSON: the keys of the issue, then everything absolute under `absolute`. A figure that failed is null. */
export const reportJson = (measured: ReadonlyArray<Measured>): string => {
  const digits = (value: number): number => Number(value.toPrecision(4))
  return JSON.stringify({
    ...Object.fromEntries(
      verdicts(measured).map(({ key, value }) => [key, value === undefined ? null : digits(value)])
    ),
    absolute: Object.fromEntries(absolutes(measured).map(([key, { value }]) => [key, digits(value)])),
    unmet: verdicts(measured)
      .filter(({ met }) => !met)
      .map(({ key }) => key)
  })
}
