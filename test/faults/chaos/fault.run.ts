import { checkEverything } from "../check/check.all.ts"
import type { Findings } from "../check/check.findings.ts"
import type { Load } from "../load/load.run.ts"
import type { Random } from "../random.seed.ts"
import { sendCanary } from "../rig/rig.canary.ts"
import { takenOver } from "../rig/rig.lease.ts"
import type { Rig } from "../rig/rig.ts"
import type { Fault } from "./fault.ts"

/** What one fault came to. Durations in milliseconds, from the kill or from the moment the server was there again. */
export interface Outcome {
  readonly fault: string
  readonly kills: number
  /** Until a command sent then was acknowledged. */
  readonly acknowledged: number
  /** Until it could be read, through relay and projector. */
  readonly readable: number
  /** Until a standby held the lease; undefined where no lease was orphaned. */
  readonly takeover: number | undefined
  /** Commands acknowledged while this fault was looked at. */
  readonly commands: number
  readonly findings: Findings
}

/** Commands acknowledged under load before the fault (at least and below) and after recovery. */
export interface Effort {
  readonly before: readonly [number, number]
  readonly after: number
}

/**
 * Under load: the fault, recovery without help, a little more load; then, at rest, everything must hold. Whoever was killed
 * is started again when recovery has been seen, so that it is the others who recover.
 */
export const runFault = async (
  rig: Rig,
  load: Load,
  fault: Fault,
  random: Random,
  effort: Effort
): Promise<Outcome> => {
  const counted = load.journal.count
  load.resume()
  await load.progress(random.integer(...effort.before))
  const { orphaned } = await fault.inject(rig, random)
  const started = performance.now()
  const [canary, takeover] = await Promise.all([
    sendCanary(rig, load.journal),
    orphaned === undefined
      ? undefined
      : takenOver(rig, orphaned.name, orphaned.epoch).then(() => performance.now() - started)
  ])
  await Promise.all([...rig.instances.values()].flat().map(rig.revive))
  await load.progress(effort.after)
  await load.rest()
  const findings = await checkEverything(rig, load.journal, random)
  return {
    fault: fault.name,
    kills: fault.kills,
    ...canary,
    takeover,
    commands: load.journal.count - counted,
    findings
  }
}
