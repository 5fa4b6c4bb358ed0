import type { CalledTimer } from "@sluice/contracts/timer/timer.kinds"
import type { RunState } from "./run.state.ts"

/** The timers that a run calls for: its deadline, until it has passed or the run has ended. */
export const timersOf = (state: RunState): ReadonlyArray<CalledTimer> =>
  state.status === "none" || state.deadline === null || state.overdue || state.ended !== null
    ? []
    : [{ kind: "run-deadline", dueAt: state.deadline, every: null, runId: null }]
