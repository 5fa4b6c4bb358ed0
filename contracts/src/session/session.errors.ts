import { Schema } from "effect"
import { BudgetExceeded } from "../budget/budget.errors.ts"
import { InputRefused } from "../input/input.errors.ts"
import { SessionStatus } from "./session.views.ts"

/** Why a command on a session is refused. What a refusal means on a wire (an HTTP status, say) is said where the wire is. */

export class SessionNotFound extends Schema.TaggedError<SessionNotFound>()("SessionNotFound", {
  sessionId: Schema.String
}) {
  override get message(): string {
    return `Session ${this.sessionId} not found`
  }
}

/** The session's status cannot become `to`; see the edges in `@sluice/session`. */
export class InvalidTransition extends Schema.TaggedError<InvalidTransition>()("InvalidTransition", {
  sessionId: Schema.String,
  from: SessionStatus,
  to: SessionStatus
}) {
  override get message(): string {
    return `Invalid transition from ${this.from} to ${this.to}`
  }
}

/** The session has ended and takes no more of this: no change once completed, failed or expired, no usage once expired. */
export class SessionEnded extends Schema.TaggedError<SessionEnded>()("SessionEnded", {
  sessionId: Schema.String,
  status: SessionStatus
}) {
  override get message(): string {
    return `Session ${this.sessionId} has ended: it is ${this.status}`
  }
}

/** The usage id was reported before with other content. Raised where the store reports the key as reused. */
export class UsageConflict extends Schema.TaggedError<UsageConflict>()("UsageConflict", {
  sessionId: Schema.String,
  usageId: Schema.String
}) {
  override get message(): string {
    return `Usage ${this.usageId} was reported before with other content`
  }
}

export const SessionRefusal = Schema.Union([
  SessionNotFound,
  InvalidTransition,
  SessionEnded,
  UsageConflict,
  BudgetExceeded,
  InputRefused
])
export type SessionRefusal = typeof SessionRefusal.Type
