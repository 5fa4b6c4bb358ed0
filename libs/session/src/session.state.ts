import { Role } from "@sluice/contracts/actor/actor"
import { Metadata } from "@sluice/contracts/session/session.events"
import { Schema } from "effect"

/** What a session is, folded from its events: one shape per kind of status. Times are RFC 3339 in UTC with milliseconds. */

const None = Schema.Struct({ status: Schema.Literal("none") })

const common = {
  role: Role,
  taskId: Schema.NullOr(Schema.String),
  metadata: Metadata,
  version: Schema.Int,
  createdAt: Schema.String,
  /** Time of the newest event. */
  updatedAt: Schema.String,
  /** Milliseconds of the active intervals that are over; the running one is not in it. */
  activeMillis: Schema.Int
}

const Pending = Schema.Struct({ status: Schema.Literal("pending"), ...common })
const Active = Schema.Struct({
  status: Schema.Literal("active"),
  ...common,
  /** First activation. */
  activatedAt: Schema.String,
  /** Start of the running interval. */
  activeSince: Schema.String
})
const Paused = Schema.Struct({
  status: Schema.Literal("paused"),
  ...common,
  activatedAt: Schema.String,
  pausedAt: Schema.String
})
const Ended = Schema.Struct({
  status: Schema.Literals(["completed", "failed", "expired"]),
  ...common,
  /** Null where it expired before it was ever active. */
  activatedAt: Schema.NullOr(Schema.String),
  endedAt: Schema.String
})

export const SessionState = Schema.Union([None, Pending, Active, Paused, Ended])
export type SessionState = typeof SessionState.Type
/** A session that exists. */
export type OpenedSession = Exclude<SessionState, { readonly status: "none" }>

export const initial: SessionState = { status: "none" }
