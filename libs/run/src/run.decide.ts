import { timestamp } from "@sluice/contracts/event/event.decision"
import { InputRefused } from "@sluice/contracts/input/input.errors"
import type { StartRun, WithReason } from "@sluice/contracts/run/run.commands"
import { RunNotFound } from "@sluice/contracts/run/run.errors"
import type { WorkflowDefinition } from "@sluice/contracts/workflow/workflow.definition"
import { DateTime, Result } from "effect"
import { Act, type RunContext, type RunDecision, type RunRefusal } from "./run.act.ts"
import { deadEnds, endedOf, openCheckpoints, openSignoffs } from "./run.rules.ts"
import { settle } from "./run.settle.ts"
import type { RunState } from "./run.state.ts"

/**
 * The commands on a run as a whole, one function each. No events: it is so already. Refusals come in this order: not found,
 * input, state. Every command on a run that has ended is refused.
 */

/** Decides by a procedure that emits events; it answers why not, and its events count for nothing then. */
export const acting = (
  state: RunState,
  context: RunContext,
  proceed: (act: Act) => RunRefusal | undefined
): RunDecision => {
  if (state.status === "none") return Result.fail(new RunNotFound({ runId: context.id }))
  const act = new Act(state, context)
  const refusal = proceed(act)
  return refusal === undefined ? Result.succeed(act.change) : Result.fail(refusal)
}

export interface StartContext extends RunContext {
  readonly workflow: { readonly name: string; readonly version: number; readonly digest: string }
  readonly definition: WorkflowDefinition
}

/** Starts a run of a workflow's version under a fresh id. Nothing of it begins yet. Where it exists nothing changes. */
export const start = (state: RunState, body: StartRun, context: StartContext): RunDecision => {
  if (state.status !== "none") return Result.succeed({ events: [], approvals: [] })
  const { id, now, workflow, definition } = context
  const deadline = body.deadline ?? null
  if (deadline !== null && DateTime.toEpochMillis(deadline) <= now)
    return Result.fail(new InputRefused({ issues: [{ pointer: "/deadline", message: "must be in the future" }] }))
  const data = {
    runId: id,
    workflow,
    title: body.title,
    deadline: deadline === null ? null : timestamp(DateTime.toEpochMillis(deadline)),
    definition
  }
  return Result.succeed({ events: [{ type: "run.started", data }], approvals: [] })
}

/** Nothing starts and nothing goes on until the run is resumed; what is under way may end. */
export const pause = (state: RunState, { reason = null }: WithReason, context: RunContext): RunDecision =>
  acting(state, context, (act) => {
    const ended = endedOf(act.run)
    if (ended === undefined && !act.run.paused) act.emit({ type: "run.paused", data: { reason } })
    return ended
  })

/** Goes on. A checkpoint that was refused is asked about anew. */
export const resume = (state: RunState, context: RunContext): RunDecision =>
  acting(state, context, (act) => {
    const ended = endedOf(act.run)
    if (ended !== undefined || !act.run.paused) return ended
    act.emit({ type: "run.resumed", data: {} })
    settle(act, true)
    return undefined
  })

/** Ends a run for good; whatever it asked is withdrawn. */
export const cancel = (state: RunState, { reason = null }: WithReason, context: RunContext): RunDecision =>
  end(state, "cancelled", reason, context)

export const fail = (state: RunState, { reason = null }: WithReason, context: RunContext): RunDecision =>
  end(state, "failed", reason, context)

const end = (state: RunState, as: "cancelled" | "failed", reason: string | null, context: RunContext): RunDecision =>
  acting(state, context, (act) => {
    if (act.run.ended !== null) return act.run.ended.as === as ? undefined : endedOf(act.run)
    for (const { id, visits } of act.run.phases) for (const visit of visits) act.withdraw(id, visit, "run-ended")
    act.emit({ type: as === "cancelled" ? "run.cancelled" : "run.failed", data: { reason } })
    return undefined
  })

/** A timer's command: the deadline has passed. Too early, without a deadline or twice it changes nothing. */
export const markOverdue = (state: RunState, context: RunContext): RunDecision =>
  acting(state, context, (act) => {
    const { deadline, overdue, ended } = act.run
    if (deadline === null || overdue || ended !== null || Date.parse(deadline) > context.now) return undefined
    act.emit({ type: "run.overdue", data: { deadline } })
    return undefined
  })

/**
 * Moves on what waits for something that will never come: dependencies on what was deferred, moved or left behind are waived;
 * a checkpoint whose approval is `lost` (final or unknown, which no command of ours leads to) is asked about anew, a sign-off
 * can be asked for again.
 */
export const unstick = (state: RunState, context: RunContext, lost: ReadonlyArray<string> = []): RunDecision =>
  acting(state, context, (act) => {
    const ended = endedOf(act.run)
    if (ended !== undefined) return ended
    for (const { phase, task, dependsOn } of deadEnds(act.run))
      act.emit({ type: "run.dependency-waived", data: { id: task.id, key: task.key, phase, dependsOn } })
    settle(act, giveUp(act, lost))
    return undefined
  })

/** Waits no longer for these approvals; whether a checkpoint is among them. */
const giveUp = (act: Act, lost: ReadonlyArray<string>): boolean => {
  let anew = false
  for (const { phase, visit } of openCheckpoints(act.run)) {
    const data = { phase: phase.id, visit: visit.visit, approvalId: visit.checkpoint?.approvalId ?? "" }
    if (!lost.includes(data.approvalId)) continue
    act.emit({ type: "run.checkpoint-refused", data: { ...data, why: "cancelled", comment: null } })
    anew = true
  }
  for (const { phase, visit } of openSignoffs(act.run)) {
    const data = { phase: phase.id, visit: visit.visit, approvalId: visit.signoff?.approvalId ?? "" }
    if (lost.includes(data.approvalId)) act.emit({ type: "run.signoff-withdrawn", data: { ...data, why: "cancelled" } })
  }
  return anew
}
