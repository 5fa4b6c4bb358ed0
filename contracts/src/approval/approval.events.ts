import { Schema } from "effect"
import { Actor, Role } from "../actor/actor.ts"

/** Events of an approval, newest shapes. Wire name `sluice.approval.<event>.v1`; who acted and when is in the envelope. */

export const SubjectType = Schema.Literals(["checkpoint", "signoff", "task", "session", "budget", "custom"]).annotate({
  identifier: "ApprovalSubjectType"
})
export type SubjectType = typeof SubjectType.Type
export const Subject = Schema.Struct({ type: SubjectType, id: Schema.String })
/** So many distinct people, each holding one of these roles. */
export const Requirement = Schema.Struct({
  roles: Schema.Array(Role).check(Schema.isMinLength(1), Schema.isMaxLength(20)),
  count: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))
}).annotate({ identifier: "ApprovalRequirement" })
export type Requirement = typeof Requirement.Type
export const Link = Schema.Struct({ title: Schema.String, url: Schema.String })
/** After this ISO 8601 duration without a decision, these roles may decide too. */
export const Escalation = Schema.Struct({ after: Schema.String, roles: Schema.Array(Role) })
export const Verdict = Schema.Literals(["approve", "reject"])
export type Verdict = typeof Verdict.Type

export const ApprovalRequested = Schema.Struct({
  type: Schema.tag("approval.requested"),
  data: Schema.Struct({
    subject: Subject,
    required: Schema.Array(Requirement),
    preventSelfReview: Schema.Boolean,
    reason: Schema.NullOr(Schema.String),
    links: Schema.Array(Link),
    contentHash: Schema.NullOr(Schema.String),
    /** RFC 3339, UTC, milliseconds. */
    expiresAt: Schema.NullOr(Schema.String),
    escalation: Schema.NullOr(Escalation),
    /** ISO 8601 duration. */
    remindEvery: Schema.NullOr(Schema.String),
    /** On whose behalf the system asks (of a sign-off: the person who wants it); absent: the actor of the envelope asks. */
    requestedBy: Schema.optionalKey(Actor)
  })
})
/** One person's verdict; `actor.roles` of the envelope are the roles held when deciding. */
export const ApprovalDecisionRecorded = Schema.Struct({
  type: Schema.tag("approval.decision-recorded"),
  data: Schema.Struct({
    verdict: Verdict,
    comment: Schema.NullOr(Schema.String),
    contentHash: Schema.NullOr(Schema.String)
  })
})
export const ApprovalApproved = Schema.Struct({ type: Schema.tag("approval.approved"), data: Schema.Struct({}) })
export const ApprovalRejected = Schema.Struct({ type: Schema.tag("approval.rejected"), data: Schema.Struct({}) })
export const ApprovalExpired = Schema.Struct({ type: Schema.tag("approval.expired"), data: Schema.Struct({}) })
export const ApprovalCancelled = Schema.Struct({
  type: Schema.tag("approval.cancelled"),
  data: Schema.Struct({ reason: Schema.NullOr(Schema.String) })
})
/** The roles added by escalation. */
export const ApprovalEscalated = Schema.Struct({
  type: Schema.tag("approval.escalated"),
  data: Schema.Struct({ roles: Schema.Array(Role) })
})
/** The reminder that was due at `dueAt` (RFC 3339, UTC, milliseconds). */
export const ApprovalReminded = Schema.Struct({
  type: Schema.tag("approval.reminded"),
  data: Schema.Struct({ dueAt: Schema.String })
})

export const ApprovalEvent = Schema.Union([
  ApprovalRequested,
  ApprovalDecisionRecorded,
  ApprovalApproved,
  ApprovalRejected,
  ApprovalExpired,
  ApprovalCancelled,
  ApprovalEscalated,
  ApprovalReminded
]).pipe(Schema.toTaggedUnion("type"))
export type ApprovalEvent = typeof ApprovalEvent.Type
