import { Schema } from "effect"

/** There is none under this id that is for the caller. */
export class NotificationNotFound extends Schema.TaggedError<NotificationNotFound>()("NotificationNotFound", {
  notificationId: Schema.String
}) {
  override get message(): string {
    return `Notification ${this.notificationId} not found`
  }
}
