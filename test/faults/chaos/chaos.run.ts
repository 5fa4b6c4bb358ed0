import { isClean } from "../check/check.findings.ts"
import { makeClient } from "../load/load.client.ts"
import { startLoad } from "../load/load.run.ts"
import type { Random } from "../random.seed.ts"
import { startRig } from "../rig/rig.ts"
import { type Outcome, runFault } from "./fault.run.ts"
import type { Fault } from "./fault.ts"

/** What a run came to. */
export interface ChaosResult {
  readonly outcomes: ReadonlyArray<Outcome>
  readonly commands: number
  readonly events: number
  /** Why the run ended early; undefined when every fault was tried. */
  readonly stuck: string | undefined
  /** The services' logs, kept when something was wrong. */
  readonly logs: string | undefined
}

const effort = { before: [20, 120], after: 40 } as const
/** Commands per second: enough to hit every fault in the middle of something; every check reads all that came before. */
const rate = 60

/**
 * Tries one fault after the other on one running stack. Something stuck ends the run, and leaves the load as it is, which
 * waits for answers; a violation does not.
 */
export const runChaos = async (
  plan: ReadonlyArray<Fault>,
  random: Random,
  log: (line: string) => void,
  signal: AbortSignal
): Promise<ChaosResult> => {
  const rig = await startRig(log)
  const load = startLoad({ client: makeClient(rig.doors), tenants: rig.tenants, random, rate })
  const outcomes: Array<Outcome> = []
  let stuck: string | undefined
  try {
    for (const [index, fault] of plan.entries()) {
      if (signal.aborted) break
      const outcome = await runFault(rig, load, fault, random, effort)
      outcomes.push(outcome)
      log(`${index + 1}/${plan.length} ${told(outcome)}`)
      for (const example of outcome.findings.examples) log(`  ${example}`)
    }
  } catch (thrown) {
    stuck = `${plan[outcomes.length]?.name}: ${thrown instanceof Error ? thrown.message : thrown}`
    log(stuck)
  }
  if (stuck === undefined) await load.stop()
  const keep = stuck !== undefined || outcomes.some(({ findings }) => !isClean(findings))
  if (signal.aborted) stuck ??= "interrupted"
  const events = outcomes.at(-1)?.findings.messages ?? 0
  await rig.stop({ keep })
  return {
    outcomes,
    commands: load.journal.count,
    events,
    stuck,
    logs: keep ? `${rig.stack.dataDir}/log` : undefined
  }
}

const told = ({ fault, acknowledged, readable, takeover, commands }: Outcome): string => {
  const parts = [`acknowledged after ${ms(acknowledged)}`, `readable after ${ms(readable)}`]
  if (takeover !== undefined) parts.push(`taken over after ${ms(takeover)}`)
  return `${fault}: ${parts.join(", ")}; ${commands} commands`
}

const ms = (duration: number): string => `${Math.round(duration)} ms`
