import { Schema } from "effect"
import { Role } from "../actor/actor.ts"

/** Events of a session, newest shapes. Wire name `sluice.session.<event>.v1`; who acted and when is in the envelope. */

export const Metadata = Schema.Record(Schema.String, Schema.Json)
export const TaskId = Schema.String.check(Schema.isUUID())

/** `description` is what the documents say of the event. */
const event = <const T extends string, F extends Schema.Struct.Fields>(type: T, fields: F, description: string) =>
  Schema.Struct({ type: Schema.tag(type), data: Schema.Struct(fields) }).annotate({ description })

export const SessionOpened = event(
  "session.opened",
  { role: Role, taskId: Schema.NullOr(TaskId), metadata: Metadata },
  "A session was opened for a role; it is pending until it is activated."
)
export const SessionUpdated = event(
  "session.updated",
  { taskId: Schema.optionalKey(Schema.NullOr(TaskId)), metadata: Schema.optionalKey(Metadata) },
  "The session's task or metadata changed: only what changed is here, an absent key is unchanged."
)
const reason = { reason: Schema.NullOr(Schema.String) }
export const SessionActivated = event(
  "session.activated",
  reason,
  "Work in the session began: its first activation, out of pending."
)
export const SessionPaused = event("session.paused", reason, "Work in the session was interrupted.")
export const SessionResumed = event("session.resumed", reason, "A paused session is active again.")
export const SessionCompleted = event("session.completed", reason, "The session's work is done; the session has ended.")
export const SessionFailed = event("session.failed", reason, "The session's work failed; the session has ended.")
export const SessionExpired = event(
  "session.expired",
  {},
  "The session was left alone for too long and was ended by Sluice."
)
export const SessionUsageRecorded = event(
  "session.usage-recorded",
  {
    usageId: Schema.String.annotate({
      description: "The client's own; within a session the same id is the same usage."
    }),
    meter: Schema.String,
    quantity: Schema.Int.annotate({ description: "In the meter's unit." }),
    model: Schema.NullOr(Schema.String),
    at: Schema.String.annotate({ description: "When it was used (RFC 3339, UTC)." })
  },
  "A client reported usage."
)

export const SessionEvent = Schema.Union([
  SessionOpened,
  SessionUpdated,
  SessionActivated,
  SessionPaused,
  SessionResumed,
  SessionCompleted,
  SessionFailed,
  SessionExpired,
  SessionUsageRecorded
]).pipe(Schema.toTaggedUnion("type"))
export type SessionEvent = typeof SessionEvent.Type
