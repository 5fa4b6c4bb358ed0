import { Schema } from "effect"
import { Role } from "../actor/actor.ts"
import { Metadata } from "./session.events.ts"

export const SessionStatus = Schema.Literals([
  "pending",
  "active",
  "paused",
  "completed",
  "failed",
  "expired"
]).annotate({
  identifier: "SessionStatus"
})
export type SessionStatus = typeof SessionStatus.Type

/** RFC 3339 in UTC with milliseconds. */
const Timestamp = Schema.String.pipe(Schema.annotate({ format: "date-time" }))

/** A session as it is read. `version` is its stream's version and the resource's `ETag`. */
export const SessionView = Schema.Struct({
  id: Schema.String,
  role: Role,
  status: SessionStatus,
  taskId: Schema.NullOr(Schema.String),
  metadata: Metadata,
  version: Schema.Int,
  createdAt: Timestamp,
  /** Time of its newest event, usage included. */
  updatedAt: Timestamp,
  /** When it first became active. */
  activatedAt: Schema.NullOr(Timestamp),
  /** Since when it has been paused; null while it is not. */
  pausedAt: Schema.NullOr(Timestamp),
  endedAt: Schema.NullOr(Timestamp)
}).annotate({ identifier: "Session" })
export type SessionView = typeof SessionView.Type
