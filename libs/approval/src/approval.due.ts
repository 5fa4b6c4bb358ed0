import type { Subject } from "@sluice/contracts/approval/approval.events"
import { timestamp } from "@sluice/contracts/event/event.decision"
import { parseSubjectId } from "@sluice/contracts/run/run.ids"
import { durationMillis } from "@sluice/contracts/time/time.duration"
import type { CalledTimer } from "@sluice/contracts/timer/timer.kinds"
import type { ApprovalState } from "./approval.state.ts"

/** The run that asked, which hears of every end of its approval; null for approvals that no run asked for. */
export const askingRun = ({ type, id }: typeof Subject.Type): string | null =>
  type === "checkpoint" || type === "signoff" ? (parseSubjectId(id)?.runId ?? null) : null

/** The timers that an approval calls for while it is pending: its expiry, its escalation once, and the next reminder. */
export const timersOf = (state: ApprovalState): ReadonlyArray<CalledTimer> => {
  if (state.status !== "pending") return []
  const { subject, createdAt, expiresAt, escalation, escalatedTo, remindEvery, remindedUntil } = state
  const runId = askingRun(subject)
  const once = (kind: CalledTimer["kind"], dueAt: string) => ({ kind, dueAt, every: null, runId })
  const later = (from: string, millis: number) => timestamp(Date.parse(from) + millis)
  const timers: Array<CalledTimer> = []
  if (expiresAt !== null) timers.push(once("approval-expiry", expiresAt))
  const after = escalation === null ? undefined : durationMillis(escalation.after)
  if (after !== undefined && escalatedTo.length === 0) timers.push(once("approval-escalation", later(createdAt, after)))
  const every = remindEvery === null ? undefined : durationMillis(remindEvery)
  if (every !== undefined)
    timers.push({ kind: "approval-reminder", dueAt: later(remindedUntil ?? createdAt, every), every, runId })
  return timers
}
