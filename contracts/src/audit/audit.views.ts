import { Schema } from "effect"
import { Actor } from "../actor/actor.ts"

/** One event, as the audit shows it. `subject` is its stream; `position` orders all events. */
export const AuditEntry = Schema.Struct({
  position: Schema.Int,
  eventId: Schema.String,
  /** For example `session.opened`. */
  type: Schema.String,
  subject: Schema.String,
  version: Schema.Int,
  time: Schema.String.annotate({ format: "date-time" }),
  actor: Actor,
  correlationId: Schema.String,
  causationId: Schema.String,
  data: Schema.Record(Schema.String, Schema.Json)
}).annotate({ identifier: "AuditEntry" })
export type AuditEntry = typeof AuditEntry.Type
