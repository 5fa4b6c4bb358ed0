import { Schema } from "effect"
import { Audience } from "../notification/notification.views.ts"
import { MailMode } from "./preference.events.ts"

/** How somebody is told; where nothing was set: `off`, version 0. */
export const PreferenceView = Schema.Struct({
  owner: Audience,
  email: Schema.NullOr(Schema.String),
  mode: MailMode,
  digestAt: Schema.String,
  timeZone: Schema.String,
  version: Schema.Int,
  updatedAt: Schema.NullOr(Schema.String.pipe(Schema.annotate({ format: "date-time" })))
}).annotate({ identifier: "NotificationPreferences" })
export type PreferenceView = typeof PreferenceView.Type
