import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { NotificationEvent } from "@sluice/contracts/notification/notification.events"
import type { MarkState } from "./mark.state.ts"

/** The state after one more fact. Total: what was done already stays as it was first done. */
export const evolve = (state: MarkState, fact: Fact<NotificationEvent>): MarkState => {
  switch (fact.type) {
    case "notification.read":
      return state.status === "unread" ? { status: "read", readAt: fact.recordedAt } : state
    case "notification.archived": {
      if (state.status === "archived") return state
      const readAt = state.status === "read" ? state.readAt : fact.recordedAt
      return { status: "archived", readAt, archivedAt: fact.recordedAt }
    }
  }
}
