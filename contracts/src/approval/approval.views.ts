import { Schema } from "effect"
import { Actor } from "../actor/actor.ts"
import { Link, Requirement, Subject, Verdict } from "./approval.events.ts"

export const ApprovalStatus = Schema.Literals(["pending", "approved", "rejected", "expired", "cancelled"]).annotate({
  identifier: "ApprovalStatus"
})
export type ApprovalStatus = typeof ApprovalStatus.Type

const Timestamp = Schema.String.pipe(Schema.annotate({ format: "date-time" }))

/**
 * An approval as it is read. `outstanding` is what of `required` nobody has filled: empty exactly when it is approved.
 * An entry may name roles of several entries of `required`, where an approver of several roles leaves open which of them
 * is wanted yet. Roles added by escalation are in it. `decidedAt` is when it became final, by whatever way. Only what is read
 * carries `subjectTitle`, and only where a run asks, at a checkpoint or for a sign-off: the title of that run, null while it is not known.
 */
export const ApprovalView = Schema.Struct({
  id: Schema.String,
  subject: Subject,
  subjectTitle: Schema.optionalKey(Schema.NullOr(Schema.String)),
  status: ApprovalStatus,
  required: Schema.Array(Requirement),
  outstanding: Schema.Array(Requirement),
  preventSelfReview: Schema.Boolean,
  reason: Schema.NullOr(Schema.String),
  links: Schema.Array(Link),
  contentHash: Schema.NullOr(Schema.String),
  requestedBy: Actor,
  decisions: Schema.Array(
    Schema.Struct({ actor: Actor, verdict: Verdict, comment: Schema.NullOr(Schema.String), at: Timestamp })
  ),
  expiresAt: Schema.NullOr(Timestamp),
  version: Schema.Int,
  createdAt: Timestamp,
  decidedAt: Schema.NullOr(Timestamp)
}).annotate({ identifier: "Approval" })
export type ApprovalView = typeof ApprovalView.Type
