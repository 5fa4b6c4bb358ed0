import { Schema } from "effect"

/**
 * What one person did with one notification, newest shapes; each (person, notification) is a stream of its own. Wire name
 * `sluice.notification.<event>.v1`. The notification itself follows from another stream's event, by `rule`.
 */

const mark = { notificationId: Schema.String }
/** `description` is what the documents say of the event. */
const event = <const T extends string>(type: T, description: string) =>
  Schema.Struct({ type: Schema.tag(type), data: Schema.Struct(mark) }).annotate({ description })

export const NotificationRead = event("notification.read", "The actor of the envelope has read a notification.")
export const NotificationArchived = event(
  "notification.archived",
  "The actor of the envelope has put a notification away, and so read it."
)

export const NotificationEvent = Schema.Union([NotificationRead, NotificationArchived]).pipe(
  Schema.toTaggedUnion("type")
)
export type NotificationEvent = typeof NotificationEvent.Type
