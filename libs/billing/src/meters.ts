/** What is metered, one line each; prices, usage and statements name these and nothing else. */

interface Meter {
  /** A name, or every name that begins with it (`tokens.*`). */
  readonly name: string
  /** What a quantity of 1 is. */
  readonly unit: "token" | "second" | "decision"
  /** Whether models have prices of their own. */
  readonly models: boolean
  /** What it follows from. */
  readonly from: "session.usage-recorded" | "active time of sessions" | "approval.decision-recorded"
}

export const meters: ReadonlyArray<Meter> = [
  { name: "tokens.*", unit: "token", models: true, from: "session.usage-recorded" },
  { name: "session.seconds", unit: "second", models: false, from: "active time of sessions" },
  { name: "approval.decisions", unit: "decision", models: false, from: "approval.decision-recorded" }
]

const meterOf = (name: string): Meter | undefined =>
  meters.find((meter) =>
    meter.name.endsWith("*") ? /^tokens\.[a-z][a-z0-9_-]{0,49}$/.test(name) : meter.name === name
  )

export const isMeter = (name: string): boolean => meterOf(name) !== undefined
export const hasModels = (name: string): boolean => meterOf(name)?.models ?? false
export const unitOf = (name: string): Meter["unit"] | undefined => meterOf(name)?.unit
