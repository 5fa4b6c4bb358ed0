import { Schema } from "effect"
import { Role } from "../actor/actor.ts"

/** Events of a session, newest shapes. Wire name `sluice.session.<event>.v1`; who acted and when is in the envelope. */

export const Metadata = Schema.Record(Schema.String, Schema.Json)
export const TaskId = Schema.String.check(Schema.isUUID())

export const SessionOpened = Schema.Struct({
  type: Schema.tag("session.opened"),
  data: Schema.Struct({ role: Role, taskId: Schema.NullOr(TaskId), metadata: Metadata })
})
/** What changed, and only that: an absent key is unchanged. */
export const SessionUpdated = Schema.Struct({
  type: Schema.tag("session.updated"),
  data: Schema.Struct({ taskId: Schema.optionalKey(Schema.NullOr(TaskId)), metadata: Schema.optionalKey(Metadata) })
})
const Reason = Schema.Struct({ reason: Schema.NullOr(Schema.String) })
/** First activation, out of `pending`. */
export const SessionActivated = Schema.Struct({ type: Schema.tag("session.activated"), data: Reason })
export const SessionPaused = Schema.Struct({ type: Schema.tag("session.paused"), data: Reason })
/** Activation out of `paused`. */
export const SessionResumed = Schema.Struct({ type: Schema.tag("session.resumed"), data: Reason })
export const SessionCompleted = Schema.Struct({ type: Schema.tag("session.completed"), data: Reason })
export const SessionFailed = Schema.Struct({ type: Schema.tag("session.failed"), data: Reason })
export const SessionExpired = Schema.Struct({ type: Schema.tag("session.expired"), data: Schema.Struct({}) })
/** Usage that a client reports: a quantity in the meter's unit, `at` the time it was used (RFC 3339, UTC). */
export const SessionUsageRecorded = Schema.Struct({
  type: Schema.tag("session.usage-recorded"),
  data: Schema.Struct({
    usageId: Schema.String,
    meter: Schema.String,
    quantity: Schema.Int,
    model: Schema.NullOr(Schema.String),
    at: Schema.String
  })
})

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
