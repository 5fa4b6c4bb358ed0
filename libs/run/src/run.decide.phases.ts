import { InputRefused } from "@sluice/contracts/input/input.errors"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import type {
  BlockPhase,
  RecordEvidence,
  RequestSignoff,
  TransitionPhase,
  WithReason
} from "@sluice/contracts/run/run.commands"
import {
  PhaseLocked,
  PhaseNotFound,
  PhaseRefuses,
  PhaseUnfinished,
  RunIsFull,
  TransitionNotAllowed
} from "@sluice/contracts/run/run.errors"
import type { Evidence } from "@sluice/contracts/run/run.events"
import type { Act, RunContext, RunDecision, RunRefusal } from "./run.act.ts"
import { acting } from "./run.decide.ts"
import { validate } from "./run.gate.ts"
import { move } from "./run.move.ts"
import { newest, orderOf, phaseOf } from "./run.phases.ts"
import { endedOf, firstPhase, haltOf, nextOf, stopOf, successors, unfinished, unready } from "./run.rules.ts"
import { settle } from "./run.settle.ts"
import type { Phase, RunState } from "./run.state.ts"

/** The commands on phases. What is recorded goes to a phase's newest visit. */

export const EVIDENCE_MAXIMUM = 1000

const onPhase = <Body>(
  go: (act: Act, phase: Phase, body: Body) => RunRefusal | undefined,
  fault: (act: Act, body: Body) => InputRefused | undefined = () => undefined
) => {
  const command = (state: RunState, id: string, body: Body, context: RunContext): RunDecision =>
    acting(state, context, (act) => {
      const phase = phaseOf(act.run, id)
      if (phase === undefined) return new PhaseNotFound({ phase: id })
      const refusal = fault(act, body) ?? endedOf(act.run) ?? go(act, phase, body)
      if (refusal === undefined) settle(act)
      return refusal
    })
  return command
}

const refuses = (phase: Phase, what: string): PhaseRefuses =>
  new PhaseRefuses({ phase: phase.id, status: newest(phase).status, what })

/** Nothing is changed in a visit that is signed off, nor in one that is left without a sign-off to come. */
const closedOf = (phase: Phase): PhaseLocked | PhaseRefuses | undefined => {
  const { status, left } = newest(phase)
  if (status === "signed_off") return new PhaseLocked({ phase: phase.id })
  return left && status !== "completed_doc_baseline" ? refuses(phase, "the run has left it") : undefined
}

/**
 * Records what was made; the same type and ref again updates it, and nothing new changes nothing. Where the gate does not hold
 * any more, a sign-off still undecided is withdrawn: a phase that is locked can never be made to pass its gate.
 */
export const recordEvidence = onPhase<RecordEvidence>((act, phase, body) => {
  const { type, ref, title, kind = null, digest = null, attributes = {} } = body
  const evidence: Evidence = { type, kind, ref, title, digest, attributes }
  const visit = newest(phase)
  const known = visit.evidence.find((one) => one.type === type && one.ref === ref)
  if (known !== undefined) {
    const { at: _at, by: _by, ...before } = known
    if (sameJson(before, evidence)) return undefined
  }
  const closed = closedOf(phase)
  if (closed !== undefined) return closed
  if (known === undefined && visit.evidence.length >= EVIDENCE_MAXIMUM)
    return new RunIsFull({ what: "pieces of evidence in a visit", maximum: EVIDENCE_MAXIMUM })
  act.emit({ type: "run.evidence-recorded", data: { phase: phase.id, visit: visit.visit, evidence } })
  const now = act.phase(phase.id)
  if (unready(now) !== undefined) act.withdrawUnready(now.id, newest(now))
  return undefined
})

/** Looks whether the gate lets the phase pass; every look is an event, and of a visit that is over none is taken. */
export const validateGate = onPhase<unknown>((act, phase) => {
  const visit = newest(phase)
  const closed = closedOf(phase)
  if (closed !== undefined) return closed
  act.emit({ type: "run.gate-validated", data: { phase: phase.id, visit: visit.visit, ...validate(phase, visit) } })
  return undefined
})

/** Asks the reviewers to sign the phase off, with its gate ready and every task ended. Asked already: nothing changes. */
export const requestSignoff = onPhase<RequestSignoff>((act, phase, { comment = null }) => {
  const visit = newest(phase)
  if (phase.signoff === null) return refuses(phase, "its workflow asks for no sign-off")
  if (visit.signoff?.state === "requested") return undefined
  const halt = haltOf(act.run) ?? closedOf(phase)
  if (halt !== undefined) return halt
  if (visit.status !== "in_progress" && visit.status !== "completed_doc_baseline")
    return refuses(phase, "it has not started")
  const need = unready(phase)
  if (need !== undefined) return need
  act.ask("signoff", phase.id, comment)
  return undefined
})

/**
 * Leaves a phase for another one. The run is there already: nothing changes. Before the run has begun its first phase is entered,
 * and left at once where it has everything it needs.
 */
export const transition = onPhase<TransitionPhase>(
  (act, phase, { to, reason = null, baseline = false }) => {
    const { run } = act
    if (hasGone(act, phase, to)) return undefined
    const halt = haltOf(run)
    if (halt !== undefined) return halt
    if (run.current === null && firstPhase(run)?.id === phase.id) {
      const refusal = move(act, { to: phase.id, reason: null, baseline: false })
      if (refusal !== undefined) return refusal
      if (to === phase.id || (to === undefined && staysIn(act.phase(phase.id), baseline))) return undefined
    }
    if (act.run.current !== phase.id)
      return refuses(phase, `the run is in ${run.current === null ? "no phase yet" : `phase ${run.current}`}`)
    const target = to ?? nextOf(act.run, act.phase(phase.id))?.id
    return target === undefined
      ? new TransitionNotAllowed({ from: phase.id, to: null, allowed: successors(act.run, phase) })
      : move(act, { to: target, reason, baseline })
  },
  ({ run }, { to }) =>
    to === undefined || phaseOf(run, to) !== undefined
      ? undefined
      : new InputRefused({ issues: [{ pointer: "/to", message: "is no phase of this run" }] })
)

/** Whether the run has gone this way: on from the phase, or back from it. */
const hasGone = ({ run }: Act, phase: Phase, to: string | undefined): boolean => {
  if (run.current === null || run.current === phase.id) return false
  const { left, startedAt, status, visit } = newest(phase)
  if (left) return startedAt !== null && run.current === (to ?? nextOf(run, phase)?.id)
  return status === "not_started" && visit > 1 && run.current === to && orderOf(run, to) < orderOf(run, phase.id)
}

/** Whether the phase that was just entered has to wait for something other than its tasks, which anybody can start. */
const staysIn = (phase: Phase, baseline: boolean): boolean => {
  const need = unfinished(phase, baseline)
  if (need === undefined) return phase.terminal
  return !(need instanceof PhaseUnfinished && need.needs === "tasks")
}

/** Stops starts and transitions of a phase, whatever its status. */
export const block = onPhase<BlockPhase>((act, phase, { reason }) => {
  if (phase.blocked === reason) return undefined
  if (newest(phase).left) return refuses(phase, "the run has left it")
  act.emit({ type: "run.phase-blocked", data: { phase: phase.id, visit: newest(phase).visit, reason } })
  return undefined
})

export const unblock = onPhase<unknown>((act, phase) => {
  if (phase.blocked !== null)
    act.emit({ type: "run.phase-unblocked", data: { phase: phase.id, visit: newest(phase).visit } })
  return undefined
})

/** Leaves out a phase that has not started and lies ahead; what of its tasks had not ended is deferred. */
export const skip = onPhase<WithReason>((act, phase, { reason = null }) => {
  const { visit, status } = newest(phase)
  if (status === "skipped") return undefined
  const halt = haltOf(act.run) ?? stopOf(act.run, [phase.id])
  if (halt !== undefined) return halt
  if (status !== "not_started") return refuses(phase, "it has started")
  if (phase.terminal) return refuses(phase, "the run ends there")
  if (act.run.current !== null && orderOf(act.run, phase.id) < orderOf(act.run, act.run.current))
    return refuses(phase, "the run is past it")
  act.emit({ type: "run.phase-skipped", data: { phase: phase.id, visit, reason } })
  return undefined
})
