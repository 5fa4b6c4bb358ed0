import type { Act } from "./run.act.ts"
import { currentPhase, hasEnded, newest } from "./run.phases.ts"
import { stopOf, unfinished } from "./run.rules.ts"

/**
 * What follows by itself after a command: the current phase's checkpoint opens when its last task has ended (at once where it
 * has no tasks), and the run is completed when its terminal phase has everything it needs and nothing is left to wait for.
 * A refused checkpoint is not asked about again by itself; resuming the run does that (`anew`).
 */
export const settle = (act: Act, anew = false): void => {
  const phase = currentPhase(act.run)
  if (phase === undefined || act.run.ended !== null) return
  const visit = newest(phase)
  const { checkpoint } = visit
  const due = checkpoint === null || checkpoint.state === "withdrawn" || (anew && checkpoint.state === "refused")
  if (phase.checkpoint !== null && !visit.left && due && visit.tasks.every(hasEnded)) act.ask("checkpoint", phase.id)
  complete(act)
}

/** Ends the run where nothing is left to wait for. Asks nobody anything. */
export const complete = (act: Act): void => {
  const { run } = act
  const phase = currentPhase(run)
  if (phase === undefined || !phase.terminal || run.paused || run.ended !== null) return
  if (unfinished(phase) !== undefined || stopOf(run, [phase.id]) !== undefined || owesSignoff(act)) return
  const { visit, status } = newest(phase)
  if (status !== "signed_off") act.emit({ type: "run.phase-completed", data: { phase: phase.id, visit } })
  act.emit({ type: "run.completed", data: {} })
}

/** A phase that was left with its documents as they were has to be signed off before the run can end, unless it was visited again. */
const owesSignoff = ({ run }: Act): boolean =>
  run.phases.some((phase) => newest(phase).status === "completed_doc_baseline")
