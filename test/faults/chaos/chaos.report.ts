import Table from "cli-table3"
import type { Violation } from "../check/check.findings.ts"
import type { ChaosResult } from "./chaos.run.ts"
import type { Outcome } from "./fault.run.ts"

/** Milliseconds within which a standby must have taken over. */
export const takeoverWithin = 5_000

/** One row of the table: all occurrences of one fault. */
export interface Row {
  readonly fault: string
  readonly times: number
  readonly worstAcknowledged: number
  readonly worstReadable: number
  readonly worstTakeover: number | undefined
  readonly violations: Readonly<Record<Violation, number>>
}

const worst = (durations: ReadonlyArray<number | undefined>): number | undefined => {
  const known = durations.filter((one) => one !== undefined)
  return known.length === 0 ? undefined : Math.round(Math.max(...known))
}

/** The outcomes by fault, in alphabetical order. */
export const summarise = (outcomes: ReadonlyArray<Outcome>): ReadonlyArray<Row> =>
  [...new Set(outcomes.map(({ fault }) => fault))].sort().map((fault) => {
    const all = outcomes.filter((one) => one.fault === fault)
    return {
      fault,
      times: all.length,
      worstAcknowledged: worst(all.map(({ acknowledged }) => acknowledged)) ?? 0,
      worstReadable: worst(all.map(({ readable }) => readable)) ?? 0,
      worstTakeover: worst(all.map(({ takeover }) => takeover)),
      violations: sum(all.map(({ findings }) => findings.counts))
    }
  })

const sum = (counts: ReadonlyArray<Readonly<Record<Violation, number>>>): Record<Violation, number> => {
  const kinds = Object.keys(counts[0] ?? {}) as ReadonlyArray<Violation>
  return Object.fromEntries(kinds.map((kind) => [kind, counts.reduce((total, one) => total + one[kind], 0)])) as Record<
    Violation,
    number
  >
}

/** Whether all that was promised was kept: nothing stuck, no violation, every takeover in time. */
export const isKept = ({ outcomes, stuck }: ChaosResult): boolean =>
  stuck === undefined &&
  outcomes.length > 0 &&
  summarise(outcomes).every(
    ({ violations, worstTakeover = 0 }) =>
      Object.values(violations).every((count) => count === 0) && worstTakeover < takeoverWithin
  )

/** For people. Durations in milliseconds, from the kill or from the moment when the server was there again. */
export const reportTable = ({ outcomes }: ChaosResult): string => {
  const table = new Table({
    head: ["fault", "times", "command after", "readable after", "taken over after", "lost", "doubled", "other"],
    style: { head: [], border: [] },
    colAligns: ["left", ...Array.from({ length: 7 }, () => "right" as const)]
  })
  for (const { fault, times, worstAcknowledged, worstReadable, worstTakeover, violations } of summarise(outcomes)) {
    const { lost, doubled, ...others } = violations
    const other = Object.values(others).reduce((total, count) => total + count, 0)
    const ms = (duration: number | undefined): string => (duration === undefined ? "" : `${duration} ms`)
    table.push([fault, times, ms(worstAcknowledged), ms(worstReadable), ms(worstTakeover), lost, doubled, other])
  }
  return `Worst of each fault:\n${table}`
}

/** For machines, on one line. */
export const reportJson = (seed: number, result: ChaosResult): string => {
  const { commands, events, outcomes, stuck } = result
  const kills = outcomes.reduce((total, one) => total + one.kills, 0)
  const violations = sum(outcomes.map(({ findings }) => findings.counts))
  const worst_takeover_ms = worst(outcomes.map(({ takeover }) => takeover)) ?? null
  const faults = summarise(outcomes)
  return JSON.stringify({
    ok: isKept(result),
    seed,
    kills,
    commands,
    events,
    ...violations,
    worst_takeover_ms,
    ...(stuck !== undefined && { stuck }),
    faults
  })
}
