import type { SessionStatus } from "@sluice/contracts/session/session.views"

/** Along which edges a status moves; none leads out of completed, failed and expired. */
const EDGES: Readonly<Record<SessionStatus, ReadonlyArray<SessionStatus>>> = {
  pending: ["active", "expired"],
  active: ["paused", "completed", "failed", "expired"],
  paused: ["active", "expired"],
  completed: [],
  failed: [],
  expired: []
}

export const mayMove = (from: SessionStatus, to: SessionStatus): boolean => EDGES[from].includes(to)

/** An ended session changes no more. */
export const hasEnded = (status: SessionStatus): boolean => EDGES[status].length === 0

/** Usage may come late, after the session has ended, but not once it has expired. */
export const takesUsage = (status: SessionStatus): boolean => status !== "expired"

/** How far ahead of the database's clock the time of a usage may be, in milliseconds. */
export const USAGE_MAX_AHEAD = 5 * 60_000
