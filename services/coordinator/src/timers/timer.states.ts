import type { ApprovalState } from "@sluice/approval"
import { timersOf as timersOfApproval } from "@sluice/approval/approval.due"
import { categoryOf } from "@sluice/contracts/event/event.stream-id"
import { type CalledTimer, type TimerKind, timerKinds } from "@sluice/contracts/timer/timer.kinds"
import type { RunState } from "@sluice/run"
import { timersOf as timersOfRun } from "@sluice/run/run.due"
import type { SessionState } from "@sluice/session"
import { timersOf as timersOfSession } from "@sluice/session/session.due"
import type { Change } from "./timer.changes.ts"

/** The timers that a stream calls for, by the state that its events made. */
const calledBy = (category: string, state: unknown, retentionMillis: number): ReadonlyArray<CalledTimer> => {
  switch (category) {
    case "session":
      return timersOfSession(state as SessionState, retentionMillis)
    case "approval":
      return timersOfApproval(state as ApprovalState)
    case "run":
      return timersOfRun(state as RunState)
    default:
      return []
  }
}

const kindsOf = (category: string): ReadonlyArray<TimerKind> =>
  timerKinds.filter((kind) => categoryOf(kind) === category)

/** Every timer of a stream set as its state wants it, or cleared. */
export const changesTo = (category: string, state: unknown, retentionMillis: number): ReadonlyArray<Change> => {
  const called = calledBy(category, state, retentionMillis)
  return kindsOf(category).map((kind): Change => {
    const timer = called.find((one) => one.kind === kind)
    return timer === undefined ? { what: "clear", kind } : { what: "set", timer }
  })
}
