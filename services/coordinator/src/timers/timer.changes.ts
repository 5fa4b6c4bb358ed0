import { type ApprovalState, approval } from "@sluice/approval"
import { timersOf as timersOfApproval } from "@sluice/approval/approval.due"
import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import { timestamp } from "@sluice/contracts/event/event.decision"
import { type Fact, type RecordedEvent, toFact } from "@sluice/contracts/event/event.envelope"
import type { RunStarted } from "@sluice/contracts/run/run.events"
import type { SessionEvent } from "@sluice/contracts/session/session.events"
import type { CalledTimer, TimerKind } from "@sluice/contracts/timer/timer.kinds"
import { session } from "@sluice/session"
import { timersOf as timersOfSession } from "@sluice/session/session.due"

/**
 * What an event changes about the timers of its stream: a function of the event alone, so that thousands of them a second
 * need no state. `move` dates a repeating timer anew, counted from a time, where there is one.
 *
 * The activity of a session moves nothing: its timer stays where the opening put it, and when it comes up too early it is
 * moved to where the newest event wants it (decision 0018).
 */
export type Change =
  | { readonly what: "set"; readonly timer: CalledTimer }
  | { readonly what: "move"; readonly kind: TimerKind; readonly from: string }
  | { readonly what: "clear"; readonly kind: TimerKind }

/** The event types that change timers; all others are not even read. */
const rules: Readonly<Record<string, (event: RecordedEvent, retentionMillis: number) => ReadonlyArray<Change>>> = {
  "session.opened": (event, retentionMillis) =>
    set(timersOfSession(session.evolve(session.initial, toFact(event) as Fact<SessionEvent>), retentionMillis)),
  "session.completed": () => clear("session-expiry"),
  "session.failed": () => clear("session-expiry"),
  "session.expired": () => clear("session-expiry"),

  "approval.requested": (event) =>
    set(timersOfApproval(approval.evolve(approval.initial as ApprovalState, toFact(event) as Fact<ApprovalEvent>))),
  "approval.approved": () => clear("approval-expiry", "approval-escalation", "approval-reminder"),
  "approval.rejected": () => clear("approval-expiry", "approval-escalation", "approval-reminder"),
  "approval.expired": () => clear("approval-expiry", "approval-escalation", "approval-reminder"),
  "approval.cancelled": () => clear("approval-expiry", "approval-escalation", "approval-reminder"),
  "approval.escalated": () => clear("approval-escalation"),
  "approval.reminded": ({ data }) => [{ what: "move", kind: "approval-reminder", from: String(data.dueAt) }],

  "run.started": ({ data }) => {
    const { deadline } = data as (typeof RunStarted.Type)["data"]
    return deadline === null ? [] : set([{ kind: "run-deadline", dueAt: deadline, every: null, runId: null }])
  },
  "run.completed": () => clear("run-deadline"),
  "run.failed": () => clear("run-deadline"),
  "run.cancelled": () => clear("run-deadline"),
  "run.overdue": () => clear("run-deadline")
}

export const changesTimers = (type: string): boolean => Object.hasOwn(rules, type)

export const changesOf = (event: RecordedEvent, retentionMillis: number): ReadonlyArray<Change> =>
  changesTimers(event.type) ? (rules[event.type]?.(event, retentionMillis) ?? []) : []

const set = (timers: ReadonlyArray<CalledTimer>) => timers.map((timer) => ({ what: "set", timer }) as const)
const clear = (...kinds: ReadonlyArray<TimerKind>) => kinds.map((kind) => ({ what: "clear", kind }) as const)

export const kindOf = (change: Change): TimerKind => (change.what === "set" ? change.timer.kind : change.kind)

/** One change that does what two of the same timer do one after the other. */
export const merge = (earlier: Change | undefined, later: Change): Change => {
  if (later.what !== "move" || earlier === undefined || earlier.what === "move") return later
  if (earlier.what === "clear") return earlier
  const { timer } = earlier
  if (timer.every === null) return earlier
  return { what: "set", timer: { ...timer, dueAt: timestamp(Date.parse(later.from) + timer.every) } }
}
