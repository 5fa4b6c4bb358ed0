import { Schema } from "effect"
import { Actor, Role } from "../actor/actor.ts"

/** Events of an approval, newest shapes. Wire name `sluice.approval.<event>.v<version>`; who acted and when is in the envelope. */

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
export const Escalation = Schema.Struct({ after: Schema.String, roles: Schema.Array(Role) }).annotate({
  description: "After this ISO 8601 duration without a decision, these roles may decide too."
})
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
    expiresAt: Schema.NullOr(Schema.String).annotate({ description: "RFC 3339, UTC, milliseconds; null: never." }),
    escalation: Schema.NullOr(Escalation),
    remindEvery: Schema.NullOr(Schema.String).annotate({ description: "ISO 8601 duration; null: nobody is reminded." }),
    requestedBy: Actor.pipe(
      Schema.annotateKey({
        description: "Who asks; where the system asks for somebody, that person (of a sign-off: who wants it)."
      })
    )
  })
}).annotate({
  description: "A question was put to roles: the approval is pending until it is decided, cancelled or expires."
})
export const ApprovalDecisionRecorded = Schema.Struct({
  type: Schema.tag("approval.decision-recorded"),
  data: Schema.Struct({
    verdict: Verdict,
    comment: Schema.NullOr(Schema.String),
    contentHash: Schema.NullOr(Schema.String).annotate({
      description: "Of the content that was decided on, as the person who decided saw it."
    })
  })
}).annotate({
  description: "One person gave a verdict; the actor's roles in the envelope are those held when deciding."
})
export const ApprovalApproved = Schema.Struct({
  type: Schema.tag("approval.approved"),
  data: Schema.Struct({})
}).annotate({ description: "Everything that was required is filled: the approval is decided for good." })
export const ApprovalRejected = Schema.Struct({
  type: Schema.tag("approval.rejected"),
  data: Schema.Struct({})
}).annotate({ description: "Somebody rejected: the approval is decided for good." })
export const ApprovalExpired = Schema.Struct({
  type: Schema.tag("approval.expired"),
  data: Schema.Struct({})
}).annotate({ description: "Nobody had decided by `expiresAt`: the approval has ended." })
export const ApprovalCancelled = Schema.Struct({
  type: Schema.tag("approval.cancelled"),
  data: Schema.Struct({ reason: Schema.NullOr(Schema.String) })
}).annotate({ description: "The question was withdrawn: the approval has ended." })
export const ApprovalEscalated = Schema.Struct({
  type: Schema.tag("approval.escalated"),
  data: Schema.Struct({ roles: Schema.Array(Role).annotate({ description: "The roles added by escalation." }) })
}).annotate({ description: "The time for escalation passed without a decision: more roles may decide." })
export const ApprovalReminded = Schema.Struct({
  type: Schema.tag("approval.reminded"),
  data: Schema.Struct({
    dueAt: Schema.String.annotate({ description: "The reminder was due at this time (RFC 3339, UTC, milliseconds)." })
  })
}).annotate({ description: "Those who may decide were reminded of a pending approval." })

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
