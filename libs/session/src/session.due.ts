import { timestamp } from "@sluice/contracts/event/event.decision"
import type { CalledTimer } from "@sluice/contracts/timer/timer.kinds"
import { hasEnded } from "./session.rules.ts"
import type { SessionState } from "./session.state.ts"

/** The timers that a session calls for: its expiry, `retentionMillis` after its newest event, until it has ended. */
export const timersOf = (state: SessionState, retentionMillis: number): ReadonlyArray<CalledTimer> =>
  state.status === "none" || hasEnded(state.status)
    ? []
    : [
        {
          kind: "session-expiry",
          dueAt: timestamp(Date.parse(state.updatedAt) + retentionMillis),
          every: retentionMillis,
          runId: null
        }
      ]
