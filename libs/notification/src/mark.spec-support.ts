import type { NotificationEvent } from "@sluice/contracts/notification/notification.events"
import { type Happened, storyteller } from "@sluice/contracts/testing/testing.given-when-then"
import { mark } from "./mark.stream.ts"

/** The words of this noun's specs. */

export const about = { notificationId: "0197a000-0000-7000-8000-000000000000" }
export const given = storyteller<typeof mark.initial, NotificationEvent>(mark)

export const read: Happened<NotificationEvent> = { event: { type: "notification.read", data: about } }
export const archived: Happened<NotificationEvent> = { event: { type: "notification.archived", data: about } }
