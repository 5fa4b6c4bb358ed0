import { Schema } from "effect"
import { Actor, Role } from "../actor/actor.ts"
import { InputRefused } from "../input/input.errors.ts"
import { SessionNotFound } from "../session/session.errors.ts"
import { SubjectType } from "./approval.events.ts"
import { ApprovalStatus } from "./approval.views.ts"

/** Why a command on an approval is refused. What a refusal means on a wire (an HTTP status, say) is said where the wire is. */

export class ApprovalNotFound extends Schema.TaggedError<ApprovalNotFound>()("ApprovalNotFound", {
  approvalId: Schema.String
}) {
  override get message(): string {
    return `Approval ${this.approvalId} not found`
  }
}

/** Something else was requested under this id before. */
export class ApprovalExists extends Schema.TaggedError<ApprovalExists>()("ApprovalExists", {
  approvalId: Schema.String
}) {
  override get message(): string {
    return `Approval ${this.approvalId} exists and asks for something else`
  }
}

/** Subjects of this type are put to approval by Sluice alone. */
export class SystemSubject extends Schema.TaggedError<SystemSubject>()("SystemSubject", {
  subjectType: SubjectType
}) {
  override get message(): string {
    return `An approval of a ${this.subjectType} is requested by the system alone`
  }
}

/** The actor holds none of the roles that may decide. */
export class NotAllowedToDecide extends Schema.TaggedError<NotAllowedToDecide>()("NotAllowedToDecide", {
  approvalId: Schema.String,
  roles: Schema.Array(Role)
}) {
  override get message(): string {
    return `Deciding this approval needs one of the roles ${this.roles.join(", ")}`
  }
}

export class SelfReviewForbidden extends Schema.TaggedError<SelfReviewForbidden>()("SelfReviewForbidden", {
  approvalId: Schema.String
}) {
  override get message(): string {
    return "Who requested this approval cannot decide it"
  }
}

/** Only who requested an approval, or an administrator of approvals, cancels it. */
export class NotYourApproval extends Schema.TaggedError<NotYourApproval>()("NotYourApproval", {
  approvalId: Schema.String
}) {
  override get message(): string {
    return "Somebody else requested this approval"
  }
}

/** The approval has its final status already. `decidedBy` is null where nobody decided: it expired. */
export class AlreadyDecided extends Schema.TaggedError<AlreadyDecided>()("AlreadyDecided", {
  approvalId: Schema.String,
  status: ApprovalStatus,
  decidedBy: Schema.NullOr(Actor),
  decidedAt: Schema.String
}) {
  override get message(): string {
    const by = this.decidedBy === null ? "" : ` by ${this.decidedBy.kind} ${this.decidedBy.id}`
    return `The approval is already ${this.status}${by}`
  }
}

/** The decision came at or after `expiresAt`, though the approval's status does not say `expired` yet. */
export class ApprovalLapsed extends Schema.TaggedError<ApprovalLapsed>()("ApprovalLapsed", {
  approvalId: Schema.String,
  expiresAt: Schema.String
}) {
  override get message(): string {
    return `The approval expired at ${this.expiresAt}`
  }
}

/** The approval is about a certain content, and an approve has to name it. */
export class ContentHashRequired extends Schema.TaggedError<ContentHashRequired>()("ContentHashRequired", {
  approvalId: Schema.String
}) {
  override get message(): string {
    return "contentHash is required: it says which content is approved"
  }
}

/** The verdict is about another content than the approval. */
export class ContentChanged extends Schema.TaggedError<ContentChanged>()("ContentChanged", {
  approvalId: Schema.String,
  contentHash: Schema.String
}) {
  override get message(): string {
    return `The content is another one now: ${this.contentHash}`
  }
}

/** A session that an approval is about has to exist, hence `SessionNotFound`. */
export const ApprovalRefusal = Schema.Union([
  ApprovalNotFound,
  ApprovalExists,
  SessionNotFound,
  SystemSubject,
  NotAllowedToDecide,
  SelfReviewForbidden,
  NotYourApproval,
  AlreadyDecided,
  ApprovalLapsed,
  ContentHashRequired,
  ContentChanged,
  InputRefused
])
export type ApprovalRefusal = typeof ApprovalRefusal.Type
