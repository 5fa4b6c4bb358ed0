/** What durable timers there are: at most one of a kind per event stream. */
export const timerKinds = [
  "session-expiry",
  "approval-expiry",
  "approval-escalation",
  "approval-reminder",
  "run-deadline"
] as const
export type TimerKind = (typeof timerKinds)[number]

/** A timer that a stream calls for. Which ones, and when they are due, follows from its events alone. */
export interface CalledTimer {
  readonly kind: TimerKind
  /** RFC 3339 in UTC with milliseconds. */
  readonly dueAt: string
  /** Milliseconds from what it counts from until it is due, where it can be due again; null: it fires once. */
  readonly every: number | null
  /** The run that asked for the approval, whose stream the timer's command may append to as well; null: none. */
  readonly runId: string | null
}
