import { Schema } from "effect"
import { MailMode } from "./preference.events.ts"

/** Body of the command that sets preferences; it replaces them. */

/** RFC 5321's limit; what an address may look like is left to the server that takes the mail, but for what could inject a header. */
const Email = Schema.String.check(
  Schema.isMaxLength(254),
  Schema.isPattern(/^[^\s@<>,;:"'()[\]\\]+@[^\s@<>,;:"'()[\]\\]+$/u, { message: "must be an e-mail address" })
)
const TimeZone = Schema.String.check(
  Schema.isMaxLength(64),
  Schema.makeFilter((name) => {
    try {
      new Intl.DateTimeFormat("en", { timeZone: name })
      return true
    } catch {
      return "must be a time zone of the IANA database, for example Europe/Vienna"
    }
  })
)

export const SetPreferences = Schema.Struct({
  /** Required unless `mode` is `off`. */
  email: Schema.optionalKey(Schema.NullOr(Email)),
  mode: MailMode,
  /** Default `08:00`. */
  digestAt: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/u, { message: "must be a time of day, HH:MM" }))
  ),
  /** Default `UTC`. */
  timeZone: Schema.optionalKey(TimeZone)
})
  .check(
    Schema.makeFilter(
      ({ mode, email }) => mode === "off" || (email ?? null) !== null || { path: ["email"], issue: "is needed" }
    )
  )
  .annotate({ identifier: "SetPreferences" })
export type SetPreferences = typeof SetPreferences.Type
