import { Schema } from "effect"

/** What one person did with a notification, folded from the events of the two. Times are RFC 3339 in UTC with milliseconds. */

const Unread = Schema.Struct({ status: Schema.Literal("unread") })
const Read = Schema.Struct({ status: Schema.Literal("read"), readAt: Schema.String })
/** Put away, and so read: at the same time, where it was not before. */
const Archived = Schema.Struct({ status: Schema.Literal("archived"), readAt: Schema.String, archivedAt: Schema.String })

export const MarkState = Schema.Union([Unread, Read, Archived])
export type MarkState = typeof MarkState.Type

export const initial: MarkState = { status: "unread" }
