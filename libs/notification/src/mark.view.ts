import type { NotificationView } from "@sluice/contracts/notification/notification.views"
import type { MarkState } from "./mark.state.ts"

/**
 * A notification as its reader marked it: their state, and what was settled by then. So the answer to the command follows from
 * the mark, and is the same when it is asked for again after somebody has acted.
 */
export const asMarked = (view: NotificationView, state: MarkState): NotificationView => {
  if (state.status === "unread") return { ...view, state: "unread" }
  const markedAt = state.status === "archived" ? state.archivedAt : state.readAt
  const settledSince = view.settledAt !== null && view.settledAt > markedAt
  return { ...view, state: state.status, ...(settledSince && { settledAt: null, needsAction: true }) }
}
