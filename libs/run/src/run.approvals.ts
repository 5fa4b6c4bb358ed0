import {
  ANYBODY,
  type ApprovalState,
  cancel as cancelApprovalDecision,
  decide,
  decidingRoles,
  escalate,
  expire,
  holdsOneOf,
  initialApproval,
  request
} from "@sluice/approval"
import { type Actor, SystemActor } from "@sluice/contracts/actor/actor"
import type { CancelApproval, DecideApproval } from "@sluice/contracts/approval/approval.commands"
import { type ApprovalRefusal, NotAllowedToDecide } from "@sluice/contracts/approval/approval.errors"
import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import type { AnswerCheckpoint } from "@sluice/contracts/run/run.commands"
import { CheckpointNotOpen, PhaseNotFound, RunIsFull, RunNotFound } from "@sluice/contracts/run/run.errors"
import { subjectId } from "@sluice/contracts/run/run.ids"
import { durationMillis } from "@sluice/contracts/time/time.duration"
import { DateTime, Result } from "effect"
import { Act, type ApprovalEffect, type GateChange, type RunContext, type RunRefusal } from "./run.act.ts"
import { gapsOf } from "./run.gaps.ts"
import { newest, phaseOf } from "./run.phases.ts"
import { endedOf } from "./run.rules.ts"
import { complete } from "./run.settle.ts"
import type { RunState, StartedRun } from "./run.state.ts"

/**
 * Where a run and the approvals that it asks for meet: what happens to one of them and what follows for the other are decided
 * together and appended by one command. A run obeys only the approval that it asked for last.
 */

export type GateDecision = Result.Result<GateChange, RunRefusal | ApprovalRefusal>
export interface ApprovalContext extends Omit<RunContext, "id"> {
  readonly approvalId: string
  readonly runId: string
}

export const REVIEWS_MAXIMUM = 100

/** Who asks on behalf of a run. */
const RUN: Actor = SystemActor("run")

/** The events of an approval that a run asks for or withdraws. */
export const approvalEvents = (
  effect: ApprovalEffect,
  state: ApprovalState,
  { id: runId, actor, now }: Pick<RunContext, "id" | "actor" | "now">
): ReadonlyArray<ApprovalEvent> => {
  if (effect.type === "cancel") {
    const context = { id: effect.approvalId, actor, now, mayCancel: "any" } as const
    // One that is final already, or was lost, is left as it is: the run waits for it no longer either way.
    return Result.getOrElse(cancelApprovalDecision(state, { reason: effect.reason }, context), () => [])
  }
  const { kind, phase, visit, reason } = effect
  const asking = phase[kind]
  if (asking === null) return []
  const lapse = asking.expiresAfter === null ? undefined : durationMillis(asking.expiresAfter)
  const body = {
    subject: { type: kind, id: subjectId(runId, phase.id, visit) },
    required: asking.required,
    reason,
    expiresAt: lapse === undefined ? null : DateTime.makeUnsafe(now + lapse),
    escalation: asking.escalation,
    remindEvery: asking.remindEvery
  }
  const onBehalfOf = kind === "signoff" ? actor : RUN
  const context = { id: effect.approvalId, actor: RUN, now, subjectExists: true, onBehalfOf }
  return Result.getOrThrow(request(initialApproval, body, context))
}

/** Decides an approval that a run asked for, through whichever door: both move together. */
export const decideApproval = (
  run: RunState,
  approval: ApprovalState,
  body: DecideApproval,
  context: ApprovalContext
): GateDecision =>
  Result.map(decide(approval, body, ofApproval(context)), (events) =>
    follow(run, approval, events, body.comment ?? null, context)
  )

/** Withdraws it: who asked for a sign-off may, and an administrator of approvals. A checkpoint that is withdrawn counts as refused. */
export const cancelApproval = (
  run: RunState,
  approval: ApprovalState,
  body: CancelApproval,
  context: ApprovalContext & { readonly mayCancel: "own" | "any" }
): GateDecision =>
  Result.map(
    cancelApprovalDecision(approval, body, { ...ofApproval(context), mayCancel: context.mayCancel }),
    (events) => follow(run, approval, events, body.reason ?? null, context)
  )

/** A timer's command. Where escalation fills every place at once, the run goes on. */
export const escalateApproval = (run: RunState, approval: ApprovalState, context: ApprovalContext): GateDecision =>
  Result.map(escalate(approval, ofApproval(context)), (events) => follow(run, approval, events, null, context))

/** A timer's command; too early or too late it changes nothing. */
export const expireApproval = (run: RunState, approval: ApprovalState, context: ApprovalContext): GateDecision =>
  Result.map(expire(approval, ofApproval(context)), (events) => follow(run, approval, events, null, context))

/**
 * Says proceed, review or pause at a phase's checkpoint, holding a role that may decide it. Proceed approves; review is taken
 * down; pause pauses the run and leaves the checkpoint open.
 */
export const answerCheckpoint = (
  run: RunState,
  approval: ApprovalState,
  phaseId: string,
  { verb, comment = null }: AnswerCheckpoint,
  context: ApprovalContext
): GateDecision => {
  const { approvalId, actor } = context
  if (run.status === "none") return Result.fail(new RunNotFound({ runId: context.runId }))
  const phase = phaseOf(run, phaseId)
  if (phase === undefined) return Result.fail(new PhaseNotFound({ phase: phaseId }))
  const roles =
    approval.status === "none"
      ? (phase.checkpoint?.required.flatMap((place) => place.roles) ?? [ANYBODY])
      : decidingRoles(approval)
  if (!holdsOneOf(actor, roles)) return Result.fail(new NotAllowedToDecide({ approvalId, roles }))
  const ended = endedOf(run)
  if (ended !== undefined) return Result.fail(ended)
  const { visit, checkpoint } = newest(phase)
  if (phase.checkpoint === null || checkpoint?.state !== "open" || checkpoint.approvalId !== approvalId)
    return Result.fail(
      new CheckpointNotOpen({ phase: phaseId, checkpoint: standing(phase.checkpoint !== null, checkpoint) })
    )
  const act = new Act(run, { ...context, id: context.runId })
  switch (verb) {
    case "proceed":
      return decideApproval(run, approval, { decision: "approve", comment }, context)
    case "review": {
      const last = checkpoint.reviews.at(-1)
      if (last?.actor.id === actor.id && last.comment === comment) return Result.succeed({ run: [], approval: [] })
      if (checkpoint.reviews.length >= REVIEWS_MAXIMUM)
        return Result.fail(new RunIsFull({ what: "reviews of a checkpoint", maximum: REVIEWS_MAXIMUM }))
      act.emit({ type: "run.checkpoint-reviewed", data: { phase: phaseId, visit, approvalId, comment } })
      return Result.succeed({ run: act.events, approval: [] })
    }
    case "pause":
      if (!run.paused) act.emit({ type: "run.paused", data: { reason: comment } })
      return Result.succeed({ run: act.events, approval: [] })
  }
}

const standing = (exists: boolean, checkpoint: { readonly state: string } | null) => {
  if (!exists) return "none"
  if (checkpoint?.state === "confirmed" || checkpoint?.state === "refused") return checkpoint.state
  return "not_reached"
}

const ofApproval = ({ approvalId, actor, now }: ApprovalContext) => ({ id: approvalId, actor, now })

/** What follows for the run. Nothing where the approval is not the one that the run waits for. */
const follow = (
  state: RunState,
  approval: ApprovalState,
  events: ReadonlyArray<ApprovalEvent>,
  comment: string | null,
  context: ApprovalContext
): GateChange => {
  const unchanged = { run: [], approval: events }
  if (state.status === "none" || approval.status === "none" || state.ended !== null) return unchanged
  const final = events.find(({ type }) => FINAL.includes(type))?.type
  const place = final === undefined ? undefined : waitingAt(state, context.approvalId)
  if (place === undefined) return unchanged
  const act = new Act(state, { ...context, id: context.runId })
  const data = { phase: place.phase, visit: place.visit, approvalId: context.approvalId }
  if (place.kind === "checkpoint") {
    if (final === "approval.approved") act.emit({ type: "run.checkpoint-confirmed", data: { ...data, comment } })
    else {
      const why = final === "approval.rejected" ? "rejected" : final === "approval.expired" ? "expired" : "cancelled"
      act.emit({ type: "run.checkpoint-refused", data: { ...data, why, comment } })
      const what = `Checkpoint ${place.phase} ${why === "expired" ? why : `was ${why}`}`
      if (!act.run.paused) act.emit({ type: "run.paused", data: { reason: comment ?? what } })
    }
  } else if (final === "approval.approved")
    act.emit({ type: "run.phase-signed-off", data: { ...data, correlationId: context.correlationId } })
  else if (final === "approval.rejected")
    act.emit({ type: "run.signoff-rejected", data: { ...data, gaps: gapsOf(comment, context.approvalId) } })
  else
    act.emit({
      type: "run.signoff-withdrawn",
      data: { ...data, why: final === "approval.expired" ? "expired" : "cancelled" }
    })
  complete(act)
  return { run: act.events, approval: events }
}

const FINAL: ReadonlyArray<ApprovalEvent["type"]> = [
  "approval.approved",
  "approval.rejected",
  "approval.expired",
  "approval.cancelled"
]

const waitingAt = (run: StartedRun, approvalId: string) => {
  for (const phase of run.phases)
    for (const { visit, checkpoint, signoff } of phase.visits) {
      if (checkpoint?.approvalId === approvalId && checkpoint.state === "open")
        return { kind: "checkpoint", phase: phase.id, visit } as const
      if (signoff?.approvalId === approvalId && signoff.state === "requested")
        return { kind: "signoff", phase: phase.id, visit } as const
    }
  return undefined
}
