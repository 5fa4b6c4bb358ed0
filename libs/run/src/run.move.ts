import { InputRefused } from "@sluice/contracts/input/input.errors"
import { PhaseRefuses, type RunConflict, RunIsFull, TransitionNotAllowed } from "@sluice/contracts/run/run.errors"
import type { Act } from "./run.act.ts"
import { currentPhase, newest, orderOf } from "./run.phases.ts"
import { firstPhase, stopOf, successors, tasksLeft, unfinished } from "./run.rules.ts"
import type { Phase } from "./run.state.ts"

/** How often a phase may be visited. */
export const VISITS_MAXIMUM = 1000

export interface Move {
  readonly to: string
  readonly reason: string | null
  readonly baseline: boolean
}

/**
 * Takes a run from its current phase to another one, or into its first. Forwards the current phase must have everything it
 * needs; backwards only its tasks must have ended, since what was found wanting is the reason to go. Answers why not, and has
 * then done nothing.
 */
export const move = (act: Act, { to, reason, baseline }: Move): RunConflict | InputRefused | undefined => {
  const { run } = act
  const from = currentPhase(run)
  if (from === undefined) {
    const first = firstPhase(run)
    if (first?.id !== to)
      return new PhaseRefuses({
        phase: to,
        status: newest(act.phase(to)).status,
        what: `the run begins with phase ${first?.id}`
      })
    const stop = stopOf(run, [to])
    if (stop === undefined) enter(act, to, null)
    return stop
  }
  const allowed = successors(run, from)
  if (!allowed.includes(to)) {
    // What has to be done here first says more than that the way does not lead there.
    const need = orderOf(run, to) > orderOf(run, from.id) ? unfinished(from, baseline) : undefined
    return need ?? new TransitionNotAllowed({ from: from.id, to, allowed })
  }
  const back = orderOf(run, to) <= orderOf(run, from.id)
  if (back && reason === null)
    return new InputRefused({ issues: [{ pointer: "/reason", message: "is required for going back" }] })
  const need = back ? tasksLeft(from) : unfinished(from, baseline)
  if (need !== undefined) return need
  const there = newest(act.phase(to))
  if (there.status !== "not_started" && there.visit >= VISITS_MAXIMUM)
    return new RunIsFull({ what: `visits of phase ${to}`, maximum: VISITS_MAXIMUM })
  const stop = stopOf(run, [from.id, to])
  if (stop !== undefined) return stop
  if (back) goBack(act, from, to, reason)
  else goOn(act, from, to, baseline)
  enter(act, to, reason)
  return undefined
}

const goOn = (act: Act, from: Phase, to: string, baseline: boolean): void => {
  const { visit, status } = newest(from)
  const unsigned = baseline && from.signoff !== null && status !== "signed_off"
  if (unsigned) act.emit({ type: "run.phase-baselined", data: { phase: from.id, visit } })
  else if (status !== "signed_off") act.emit({ type: "run.phase-completed", data: { phase: from.id, visit } })
  const [here, there] = [orderOf(act.run, from.id), orderOf(act.run, to)]
  for (const passed of act.run.phases.slice(here + 1, there))
    if (newest(passed).status === "not_started")
      act.emit({ type: "run.phase-skipped", data: { phase: passed.id, visit: newest(passed).visit, reason: null } })
}

/** What is asked about the phases that will be visited again is withdrawn. */
const goBack = (act: Act, from: Phase, to: string, reason: string | null): void => {
  const [first, last] = [orderOf(act.run, to), orderOf(act.run, from.id)]
  for (const phase of act.run.phases.slice(first, last + 1)) act.withdraw(phase.id, newest(phase), "returned")
  act.emit({ type: "run.phase-returned", data: { phase: from.id, visit: newest(from).visit, to, reason } })
}

const enter = (act: Act, to: string, reason: string | null): void => {
  const { visit, status } = newest(act.phase(to))
  const number = status === "not_started" ? visit : visit + 1
  act.emit({ type: "run.phase-started", data: { phase: to, visit: number, reason } })
}
