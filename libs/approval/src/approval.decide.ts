import type { Actor } from "@sluice/contracts/actor/actor"
import type { CancelApproval, DecideApproval, RequestApproval } from "@sluice/contracts/approval/approval.commands"
import * as Refusal from "@sluice/contracts/approval/approval.errors"
import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import { InputRefused } from "@sluice/contracts/input/input.errors"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import { SessionNotFound } from "@sluice/contracts/session/session.errors"
import { DateTime, Result } from "effect"
import { outstanding } from "./approval.matching.ts"
import {
  approversOf,
  decidingRoles,
  hasLapsed,
  holdsOneOf,
  isSystemSubject,
  placesOf,
  preventsSelfReview,
  samePerson,
  verdictOf
} from "./approval.rules.ts"
import type { ApprovalState, FinalApproval } from "./approval.state.ts"

/**
 * One function per command of people: what happens, or why not. No events: it is so already. Refusals come in this order:
 * not found, input, role or self, state.
 */
export type ApprovalDecision = Result.Result<ReadonlyArray<ApprovalEvent>, Refusal.ApprovalRefusal>

export interface RequestContext extends DecisionContext {
  /** False where the subject is a session that does not exist; other subjects are taken as they are. */
  readonly subjectExists: boolean
  /** Whom the system asks for; of anybody else it is ignored. */
  readonly onBehalfOf?: Actor
}

/** Puts a question to roles, under a fresh id. The same again under the same id changes nothing. */
export const request = (state: ApprovalState, body: RequestApproval, context: RequestContext): ApprovalDecision => {
  const { subject, expiresAt = null } = body
  const { id, actor, now } = context
  if (subject.type === "session" && !context.subjectExists)
    return Result.fail(new SessionNotFound({ sessionId: subject.id }))
  if (expiresAt !== null && DateTime.toEpochMillis(expiresAt) <= now)
    return Result.fail(new InputRefused({ issues: [{ pointer: "/expiresAt", message: "must be in the future" }] }))
  if (isSystemSubject(subject.type) && actor.kind !== "system")
    return Result.fail(new Refusal.SystemSubject({ subjectType: subject.type }))
  const question = questionOf(body)
  const requestedBy = actor.kind === "system" ? (context.onBehalfOf ?? actor) : actor
  if (state.status === "none")
    return Result.succeed([{ type: "approval.requested", data: { ...question, requestedBy } }])
  const same = Object.entries(question).every(([key, value]) => sameJson(value, Reflect.get(state, key)))
  return same && samePerson(state.requestedBy, requestedBy)
    ? Result.succeed([])
    : Result.fail(new Refusal.ApprovalExists({ approvalId: id }))
}

/** Records one person's verdict, and what follows from it. One's own approve may become a reject while it is pending. */
export const decide = (state: ApprovalState, body: DecideApproval, context: DecisionContext): ApprovalDecision => {
  const { id: approvalId, actor, now } = context
  const { decision: verdict, comment = null, contentHash = null } = body
  if (state.status === "none") return Result.fail(new Refusal.ApprovalNotFound({ approvalId }))
  if (verdict === "approve" && state.contentHash !== null && contentHash === null)
    return Result.fail(new Refusal.ContentHashRequired({ approvalId }))
  if (state.preventSelfReview && samePerson(state.requestedBy, actor))
    return Result.fail(new Refusal.SelfReviewForbidden({ approvalId }))
  const roles = decidingRoles(state)
  if (!holdsOneOf(actor, roles)) return Result.fail(new Refusal.NotAllowedToDecide({ approvalId, roles }))

  const changed = state.contentHash !== null && contentHash !== null && contentHash !== state.contentHash
  const again = verdictOf(state, actor) === verdict && !changed
  if (again) return Result.succeed([])
  if (state.status !== "pending") return alreadyDecided(state, approvalId)
  if (changed) return Result.fail(new Refusal.ContentChanged({ approvalId, contentHash: state.contentHash }))
  const { expiresAt } = state
  if (expiresAt !== null && hasLapsed(state, now))
    return Result.fail(new Refusal.ApprovalLapsed({ approvalId, expiresAt }))

  const recorded: ApprovalEvent = { type: "approval.decision-recorded", data: { verdict, comment, contentHash } }
  if (verdict === "reject") return Result.succeed([recorded, { type: "approval.rejected", data: {} }])
  const missing = outstanding(placesOf(state, state.escalatedTo), [...approversOf(state), actor.roles])
  return Result.succeed(missing.length > 0 ? [recorded] : [recorded, { type: "approval.approved", data: {} }])
}

export interface CancelContext extends DecisionContext {
  /** Approvals that the actor may cancel: what they requested themselves, or any. */
  readonly mayCancel: "own" | "any"
}

/** Withdraws the question. Cancelling again changes nothing. */
export const cancel = (state: ApprovalState, body: CancelApproval, context: CancelContext): ApprovalDecision => {
  const { id: approvalId, actor, mayCancel } = context
  if (state.status === "none") return Result.fail(new Refusal.ApprovalNotFound({ approvalId }))
  if (mayCancel === "own" && !samePerson(state.requestedBy, actor))
    return Result.fail(new Refusal.NotYourApproval({ approvalId }))
  if (state.status === "cancelled") return Result.succeed([])
  if (state.status !== "pending") return alreadyDecided(state, approvalId)
  return Result.succeed([{ type: "approval.cancelled", data: { reason: body.reason ?? null } }])
}

const alreadyDecided = ({ status, decidedBy, decidedAt }: FinalApproval, approvalId: string) =>
  Result.fail(new Refusal.AlreadyDecided({ approvalId, status, decidedBy, decidedAt }))

const questionOf = (body: RequestApproval) => ({
  subject: body.subject,
  required: body.required,
  preventSelfReview: body.preventSelfReview ?? preventsSelfReview(body.subject.type),
  reason: body.reason ?? null,
  links: body.links ?? [],
  contentHash: body.contentHash ?? null,
  expiresAt: body.expiresAt ? DateTime.formatIso(body.expiresAt) : null,
  escalation: body.escalation ?? null,
  remindEvery: body.remindEvery ?? null
})
