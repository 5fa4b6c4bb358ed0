import type { FEED_NOTICES, FeedNotice } from "@sluice/contracts/feed/feed.views"
import type { LoggedEvent } from "./events.log.ts"

/** Server-sent events (HTML standard, 9.2.6). JSON of Postgres has no line break in it. */

export type Notice = (typeof FEED_NOTICES)[number]

export const eventFrame = ({ position, type, message }: LoggedEvent): string =>
  `id: ${position}\nevent: ${type}\ndata: ${message}\n\n`

export const noticeFrame = (notice: Notice, position: number, reason: string): string =>
  `id: ${position}\nevent: ${notice}\ndata: ${JSON.stringify({ reason, lastEventId: String(position) } satisfies FeedNotice)}\n\n`

/** Keeps the connection alive and moves on the id from which the reader would come back, without an event. */
export const beatFrame = (position: number): string => `: heartbeat\nid: ${position}\n\n`

/** Milliseconds after which a browser comes back. */
export const retryFrame = (millis: number): string => `retry: ${millis}\n\n`
