import { Audience } from "@sluice/contracts/notification/notification.views"
import { MailMode } from "@sluice/contracts/preference/preference.events"
import { Schema } from "effect"

/** How an owner wants to be told, folded from the events. Times are RFC 3339 in UTC with milliseconds. */

const None = Schema.Struct({ status: Schema.Literal("none") })
const Known = Schema.Struct({
  status: Schema.Literal("set"),
  owner: Audience,
  email: Schema.NullOr(Schema.String),
  mode: MailMode,
  digestAt: Schema.String,
  timeZone: Schema.String,
  version: Schema.Int,
  createdAt: Schema.String,
  /** Time of the newest event. */
  updatedAt: Schema.String
})

export const PreferenceState = Schema.Union([None, Known])
export type PreferenceState = typeof PreferenceState.Type

export const initial: PreferenceState = { status: "none" }

/** Where nothing was set, and for what a body leaves out. */
export const defaults = { email: null, mode: "off", digestAt: "08:00", timeZone: "UTC" } as const
