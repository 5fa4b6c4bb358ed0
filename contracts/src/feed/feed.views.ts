import { Schema } from "effect"
import { CloudEvent } from "../event/event.cloud-event.ts"

/** A page of the feed, oldest first. */
export const FeedPage = Schema.Struct({
  items: Schema.Array(CloudEvent),
  nextAfter: Schema.Int.annotate({ description: "Where the next page begins: `after` of the next request" }),
  more: Schema.Boolean.annotate({
    description:
      "This page is full and will never change; ask for the next one at once. It may be without items, where a filter left them out"
  })
}).annotate({ identifier: "FeedPage" })
export type FeedPage = typeof FeedPage.Type

/** What is said on the stream beside events. `sluice.open` is the first message, the others are the last one. */
export const FEED_NOTICES = [
  "sluice.open",
  "sluice.cut-off",
  "sluice.token-expired",
  "sluice.log-lost",
  "sluice.shutdown"
] as const

export const FeedNotice = Schema.Struct({
  reason: Schema.String,
  lastEventId: Schema.String.annotate({ description: "Where to go on: `Last-Event-ID` of the next request" })
}).annotate({ identifier: "FeedNotice" })
export type FeedNotice = typeof FeedNotice.Type

/** Server-sent events: `id` is the position, `event` the type without its version (`approval.requested`). */
export const FeedMessage = Schema.Union([
  Schema.Struct({
    id: Schema.String,
    event: Schema.Literals(FEED_NOTICES),
    data: Schema.fromJsonString(FeedNotice)
  }),
  Schema.Struct({ id: Schema.String, event: Schema.String, data: Schema.fromJsonString(CloudEvent) })
])
