import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { SessionEvent } from "@sluice/contracts/session/session.events"
import type { SessionStatus } from "@sluice/contracts/session/session.views"
import { mayMove } from "./session.rules.ts"
import type { OpenedSession, SessionState } from "./session.state.ts"

/**
 * The state after one more fact. Total: a fact that cannot follow (a pause of an ended session) leaves the status alone,
 * and only counts as the newest event; nothing but `session.opened` begins a session.
 */
export const evolve = (state: SessionState, fact: Fact<SessionEvent>): SessionState => {
  if (state.status === "none") return fact.type === "session.opened" ? opened(fact) : state
  const seen: OpenedSession = { ...state, version: fact.version, updatedAt: fact.recordedAt }
  switch (fact.type) {
    case "session.updated": {
      const { taskId = seen.taskId, metadata = seen.metadata } = fact.data
      return { ...seen, taskId, metadata }
    }
    case "session.activated":
    case "session.resumed":
      return moved(seen, "active", fact.recordedAt)
    case "session.paused":
      return moved(seen, "paused", fact.recordedAt)
    case "session.completed":
      return moved(seen, "completed", fact.recordedAt)
    case "session.failed":
      return moved(seen, "failed", fact.recordedAt)
    case "session.expired":
      return moved(seen, "expired", fact.recordedAt)
    default:
      fact satisfies Fact<Extract<SessionEvent, { type: "session.opened" | "session.usage-recorded" }>>
      return seen
  }
}

const opened = (fact: Fact<Extract<SessionEvent, { type: "session.opened" }>>): SessionState => ({
  status: "pending",
  role: fact.data.role,
  taskId: fact.data.taskId,
  metadata: fact.data.metadata,
  version: fact.version,
  createdAt: fact.recordedAt,
  updatedAt: fact.recordedAt,
  activeMillis: 0
})

const moved = (state: OpenedSession, to: SessionStatus, at: string): SessionState => {
  if (!mayMove(state.status, to)) return state
  const { role, taskId, metadata, version, createdAt, updatedAt } = state
  const base = { role, taskId, metadata, version, createdAt, updatedAt, activeMillis: activeMillisAt(state, at) }
  const activatedAt = state.status === "pending" ? null : state.activatedAt
  switch (to) {
    case "active":
      return { ...base, status: to, activatedAt: activatedAt ?? at, activeSince: at }
    case "paused":
      return { ...base, status: to, activatedAt: activatedAt ?? at, pausedAt: at }
    case "completed":
    case "failed":
    case "expired":
      return { ...base, status: to, activatedAt, endedAt: at }
    case "pending":
      return state
  }
}

/** Active time up to a moment, in milliseconds: the intervals that are over and the running one. Pauses do not count. */
export const activeMillisAt = (state: OpenedSession, at: string): number =>
  state.status === "active"
    ? state.activeMillis + Math.max(0, Date.parse(at) - Date.parse(state.activeSince))
    : state.activeMillis
