import { ApprovalNotFound } from "@sluice/contracts/approval/approval.errors"
import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import { type DecisionContext, timestamp } from "@sluice/contracts/event/event.decision"
import { durationMillis } from "@sluice/contracts/time/time.duration"
import { Result } from "effect"
import type { ApprovalDecision } from "./approval.decide.ts"
import { outstanding } from "./approval.matching.ts"
import { approversOf, hasLapsed, placesOf } from "./approval.rules.ts"
import type { ApprovalState, PendingApproval } from "./approval.state.ts"

/** The commands of timers. Fired too early, too late or twice, they change nothing. */
const onPending =
  (due: (state: PendingApproval, now: number) => ReadonlyArray<ApprovalEvent>) =>
  (state: ApprovalState, { id, now }: DecisionContext): ApprovalDecision => {
    if (state.status === "none") return Result.fail(new ApprovalNotFound({ approvalId: id }))
    return Result.succeed(state.status === "pending" ? due(state, now) : [])
  }

/** Ends an approval that nobody decided by `expiresAt`. */
export const expire = onPending((state, now) => (hasLapsed(state, now) ? [{ type: "approval.expired", data: {} }] : []))

/**
 * Adds the escalation's roles, once its time without a decision has passed. An earlier approver may hold one of them, and
 * so free a place that another one fills: then everything is filled at once.
 */
export const escalate = onPending((state, now) => {
  const { escalation, escalatedTo } = state
  if (escalation === null || escalatedTo.length > 0 || hasLapsed(state, now)) return []
  if (now < Date.parse(state.createdAt) + millisOf(escalation.after)) return []
  const missing = outstanding(placesOf(state, escalation.roles), approversOf(state))
  const escalated: ApprovalEvent = { type: "approval.escalated", data: { roles: escalation.roles } }
  return missing.length > 0 ? [escalated] : [escalated, { type: "approval.approved", data: {} }]
})

/** Reminds of the newest due time there was; of due times missed before it nobody needs to be reminded any more. */
export const remind = onPending((state, now) => {
  const { remindEvery, remindedUntil } = state
  if (remindEvery === null || hasLapsed(state, now)) return []
  const createdAt = Date.parse(state.createdAt)
  const interval = millisOf(remindEvery)
  const times = Math.floor((now - createdAt) / interval)
  if (times < 1) return []
  const dueAt = timestamp(createdAt + times * interval)
  return remindedUntil !== null && dueAt <= remindedUntil ? [] : [{ type: "approval.reminded", data: { dueAt } }]
})

/** What is no duration never passes. */
const millisOf = (duration: string): number => durationMillis(duration) ?? Number.POSITIVE_INFINITY
