import { Actor, Role } from "@sluice/contracts/actor/actor"
import { Escalation, Link, Requirement, Subject, Verdict } from "@sluice/contracts/approval/approval.events"
import { Schema } from "effect"

/** What an approval is, folded from its events: one shape per kind of status. Times are RFC 3339 in UTC with milliseconds. */

const None = Schema.Struct({ status: Schema.Literal("none") })

/** `actor.roles` are the roles held when deciding. */
const Decision = Schema.Struct({
  actor: Actor,
  verdict: Verdict,
  comment: Schema.NullOr(Schema.String),
  at: Schema.String
})

const common = {
  subject: Subject,
  required: Schema.Array(Requirement),
  preventSelfReview: Schema.Boolean,
  reason: Schema.NullOr(Schema.String),
  links: Schema.Array(Link),
  contentHash: Schema.NullOr(Schema.String),
  expiresAt: Schema.NullOr(Schema.String),
  escalation: Schema.NullOr(Escalation),
  remindEvery: Schema.NullOr(Schema.String),
  requestedBy: Actor,
  /** Every verdict in the order given; somebody who changed their mind is in it twice. */
  decisions: Schema.Array(Decision),
  /** The roles that escalation added; empty before it. */
  escalatedTo: Schema.Array(Role),
  /** The newest due time that was reminded of. */
  remindedUntil: Schema.NullOr(Schema.String),
  version: Schema.Int,
  createdAt: Schema.String
}

const Pending = Schema.Struct({ status: Schema.Literal("pending"), ...common })
const Final = Schema.Struct({
  status: Schema.Literals(["approved", "rejected", "expired", "cancelled"]),
  ...common,
  decidedAt: Schema.String,
  /** Who approved last, rejected or cancelled; null where it expired. */
  decidedBy: Schema.NullOr(Actor)
})

export const ApprovalState = Schema.Union([None, Pending, Final])
export type ApprovalState = typeof ApprovalState.Type
export type PendingApproval = typeof Pending.Type
export type FinalApproval = typeof Final.Type
/** An approval that exists. */
export type RequestedApproval = PendingApproval | FinalApproval

export const initial: ApprovalState = { status: "none" }
