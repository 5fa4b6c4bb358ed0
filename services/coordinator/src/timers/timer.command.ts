import { type ApprovalState, approval, escalate, expire, remind } from "@sluice/approval"
import { SystemActor } from "@sluice/contracts/actor/actor"
import { timestamp } from "@sluice/contracts/event/event.decision"
import type { DomainEvent } from "@sluice/contracts/event/event.envelope"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { timerCommandId } from "@sluice/contracts/timer/timer.ids"
import { type CommandWithin, commandWithin } from "@sluice/event-store/append-within"
import type { Appended, StreamRef } from "@sluice/event-store/command-bus.port"
import { escalateApproval, expireApproval, markOverdue, type RunState, run } from "@sluice/run"
import { expire as expireSession, session } from "@sluice/session"
import { Result } from "effect"
import type { DueTimer } from "./timers.sql.ts"

const actor = SystemActor("coordinator")

/**
 * The command that a timer issues: a function of the timer, and, by the deciders of the nouns, of its streams' states and
 * the database's time. An approval that a run asked for is decided together with the run. Correlation and causation are
 * the timer's own id.
 */
export const commandOf = (timer: DueTimer, retentionMillis: number): CommandWithin => {
  const { tenant, streamId, kind, runId } = timer
  const id = idOf(streamId)
  const commandId = timerCommandId(tenant, streamId, kind, timestamp(timer.dueAt))
  const common = { tenant, actor, correlationId: commandId, keys: [] }
  const one = <S>(
    category: StreamRef<S>["category"],
    decide: (state: S, now: number) => Result.Result<ReadonlyArray<DomainEvent>, unknown>
  ): CommandWithin => {
    const streams = [{ category, id }] as const
    return commandWithin<readonly [S], unknown>(commandId, {
      ...common,
      streams,
      decide: ([stream], { now }) => Result.map(decide(stream.state, now), eventsOf(0))
    })
  }
  const withRun = (decide: typeof expireApproval, runId: string): CommandWithin =>
    commandWithin<readonly [ApprovalState, RunState], unknown>(commandId, {
      ...common,
      streams: [
        { category: approval, id },
        { category: run, id: runId }
      ],
      decide: ([asked, asking], { now }) => {
        const context = { approvalId: id, runId, actor, now, correlationId: commandId, freshId: commandId }
        return Result.map(decide(asking.state, asked.state, context), (change) => [
          ...eventsOf(0)(change.approval),
          ...eventsOf(1)(change.run)
        ])
      }
    })
  switch (kind) {
    case "session-expiry":
      return one(session, (state, now) => expireSession(state, { retentionMillis }, { id, actor, now }))
    case "approval-expiry":
      if (runId !== null) return withRun(expireApproval, runId)
      return one(approval, (state, now) => expire(state, { id, actor, now }))
    case "approval-escalation":
      if (runId !== null) return withRun(escalateApproval, runId)
      return one(approval, (state, now) => escalate(state, { id, actor, now }))
    case "approval-reminder":
      return one(approval, (state, now) => remind(state, { id, actor, now }))
    case "run-deadline":
      return one(run, (state, now) =>
        Result.map(
          markOverdue(state, { id, actor, now, correlationId: commandId, freshId: commandId }),
          ({ events }) => events
        )
      )
  }
}

const eventsOf =
  (stream: number) =>
  (events: ReadonlyArray<DomainEvent>): ReadonlyArray<Appended> =>
    events.map((event) => ({ stream, event }))
