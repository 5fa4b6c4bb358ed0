import { Schema } from "effect"

const Timestamp = Schema.String.pipe(Schema.annotate({ format: "date-time" }))

/** Of one person: `archived` is read too. */
export const NotificationState = Schema.Literals(["unread", "read", "archived"]).annotate({
  identifier: "NotificationState"
})
export type NotificationState = typeof NotificationState.Type

/** Whom it is for: everybody holding a role (`*`: everybody), or one actor (`<kind>/<id>`, `user/ada`). */
export const Audience = Schema.Struct({ kind: Schema.Literals(["role", "actor"]), id: Schema.String }).annotate({
  identifier: "NotificationAudience"
})
export type Audience = typeof Audience.Type

/** A notification as the caller reads it. */
export const NotificationView = Schema.Struct({
  id: Schema.String,
  /** The line of the rules that it comes from, `approval-requested`. */
  rule: Schema.String,
  audience: Audience,
  title: Schema.String,
  /** More than fits into the title: gaps of a sign-off, the text of a question. */
  body: Schema.NullOr(Schema.String),
  /** What it is about: an event stream, and the path under which it is read. */
  subject: Schema.String,
  path: Schema.NullOr(Schema.String),
  /** The event that it follows from. */
  eventId: Schema.String,
  eventType: Schema.String,
  /** Somebody must act, and nobody has yet. */
  needsAction: Schema.Boolean,
  /** When what wanted an action was settled; null while it is not, and where nothing was wanted. */
  settledAt: Schema.NullOr(Timestamp),
  state: NotificationState,
  createdAt: Timestamp
}).annotate({ identifier: "Notification" })
export type NotificationView = typeof NotificationView.Type

/** How many the caller has not read, and how many of all that are not archived want an action. */
export const NotificationCounts = Schema.Struct({ unread: Schema.Int, needsAction: Schema.Int }).annotate({
  identifier: "NotificationCounts"
})
export type NotificationCounts = typeof NotificationCounts.Type
