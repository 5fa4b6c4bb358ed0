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
    digestAt: Schema.String.annotate({ description: "HH:MM in timeZone: when the digest is sent." }),
    timeZone: Schema.String.annotate({ description: "IANA name." })
  })
}).annotate({ description: "It was set how one actor, or whoever holds a role, wants to be told of things." })
export const PreferenceUnsubscribed = Schema.Struct({
  type: Schema.tag("preference.unsubscribed"),
  data: Schema.Struct({ owner: Audience })
}).annotate({
  description: "E-mails were stopped by the link in one of them: nothing is mailed any more, and the rest stays."
})

export const PreferenceEvent = Schema.Union([PreferenceSet, PreferenceUnsubscribed]).pipe(Schema.toTaggedUnion("type"))
export type PreferenceEvent = typeof PreferenceEvent.Type
