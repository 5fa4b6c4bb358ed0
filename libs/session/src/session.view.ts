import type { SessionView } from "@sluice/contracts/session/session.views"
import type { SessionState } from "./session.state.ts"

/** The session as it is read. Of one that does not exist there is no view: asking for it is a defect and throws. */
export const view = (id: string, state: SessionState): SessionView => {
  if (state.status === "none") throw new Error(`Session ${id} does not exist, so there is nothing to show`)
  const { role, status, taskId, metadata, version, createdAt, updatedAt } = state
  return {
    id,
    role,
    status,
    taskId,
    metadata,
    version,
    createdAt,
    updatedAt,
    activatedAt: state.status === "pending" ? null : state.activatedAt,
    pausedAt: state.status === "paused" ? state.pausedAt : null,
    endedAt: "endedAt" in state ? state.endedAt : null
  }
}
