import type { NotificationEvent } from "@sluice/contracts/notification/notification.events"
import { Result } from "effect"
import type { MarkState } from "./mark.state.ts"

/**
 * One function per command: what happens. No events: it is so already. Nothing is ever refused here; whether there is such a
 * notification for this person is looked up before.
 */
export type MarkDecision = Result.Result<ReadonlyArray<NotificationEvent>, never>

export interface MarkContext {
  readonly notificationId: string
}

/** Has been read by the person; what was put away was read. */
export const markRead = (state: MarkState, { notificationId }: MarkContext): MarkDecision =>
  Result.succeed(state.status === "unread" ? [{ type: "notification.read", data: { notificationId } }] : [])

/** Put away by the person, whether they have read it or not. */
export const archive = (state: MarkState, { notificationId }: MarkContext): MarkDecision =>
  Result.succeed(state.status === "archived" ? [] : [{ type: "notification.archived", data: { notificationId } }])
