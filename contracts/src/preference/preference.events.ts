import { Schema } from "effect"
import { Audience } from "../notification/notification.views.ts"

/**
 * How somebody (one actor, or whoever holds a role) wants to be told, newest shapes. Wire name
 * `sluice.preference.<event>.v1`.
 */

export const MailMode = Schema.Literals(["off", "immediate", "digest"]).annotate({ identifier: "MailMode" })
export type MailMode = typeof MailMode.Type

export const PreferenceSet = Schema.Struct({
  type: Schema.tag("preference.set"),
  data: Schema.Struct({
    owner: Audience,
    email: Schema.NullOr(Schema.String),
    mode: MailMode,
    /** `HH:MM` in `timeZone`; when the digest is sent. */
    digestAt: Schema.String,
    /** IANA name. */
    timeZone: Schema.String
  })
})
/** By the link in an e-mail: nothing is mailed any more; the rest stays. */
export const PreferenceUnsubscribed = Schema.Struct({
  type: Schema.tag("preference.unsubscribed"),
  data: Schema.Struct({ owner: Audience })
})

export const PreferenceEvent = Schema.Union([PreferenceSet, PreferenceUnsubscribed]).pipe(Schema.toTaggedUnion("type"))
export type PreferenceEvent = typeof PreferenceEvent.Type
