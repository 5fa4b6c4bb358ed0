import { Schema } from "effect"

/**
 * What one person did with one notification, newest shapes; each (person, notification) is a stream of its own. Wire name
 * `sluice.notification.<event>.v1`. The notification itself follows from another stream's event, by `rule`.
 */

const mark = { notificationId: Schema.String }
const event = <const T extends string>(type: T) => Schema.Struct({ type: Schema.tag(type), data: Schema.Struct(mark) })

/** The actor of the envelope has read it. */
export const NotificationRead = event("notification.read")
/** The actor of the envelope has put it away (and so read it). */
export const NotificationArchived = event("notification.archived")

export const NotificationEvent = Schema.Union([NotificationRead, NotificationArchived]).pipe(
  Schema.toTaggedUnion("type")
)
export type NotificationEvent = typeof NotificationEvent.Type
