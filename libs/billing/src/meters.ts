/** What is metered, one line each; prices, usage and statements name these and nothing else. */

interface Meter {
  /** A name, or every name that begins with it (`tokens.*`). */
  readonly name: string
  /** Whether models have prices of their own. */
  readonly models: boolean
}

const meters: ReadonlyArray<Meter> = [
  // Tokens, as sessions report them (session.usage-recorded).
  { name: "tokens.*", models: true },
  // Whole seconds for which sessions are active.
  { name: "session.seconds", models: false },
  // approval.decision-recorded, one each.
  { name: "approval.decisions", models: false }
]

const meterOf = (name: string): Meter | undefined =>
  meters.find((meter) =>
    meter.name.endsWith("*") ? /^tokens\.[a-z][a-z0-9_-]{0,49}$/.test(name) : meter.name === name
  )

export const isMeter = (name: string): boolean => meterOf(name) !== undefined
export const hasModels = (name: string): boolean => meterOf(name)?.models ?? false
