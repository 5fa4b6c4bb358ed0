import { type BudgetBlock, BudgetExceeded } from "@sluice/contracts/budget/budget.errors"
import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import { InputRefused } from "@sluice/contracts/input/input.errors"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import type { OpenSession, RecordUsage, UpdateSession } from "@sluice/contracts/session/session.commands"
import {
  InvalidTransition,
  SessionEnded,
  SessionNotFound,
  type SessionRefusal
} from "@sluice/contracts/session/session.errors"
import type { SessionEvent } from "@sluice/contracts/session/session.events"
import type { SessionStatus } from "@sluice/contracts/session/session.views"
import { DateTime, Result } from "effect"
import { hasEnded, mayMove, takesUsage, USAGE_MAX_AHEAD } from "./session.rules.ts"
import type { OpenedSession, SessionState } from "./session.state.ts"

/** One function per command: what happens, or why not. No events: it is so already. A refused part refuses the whole. */
export type SessionDecision = Result.Result<ReadonlyArray<SessionEvent>, SessionRefusal>

/** Opens a session under a fresh id. */
export const open = (state: SessionState, body: OpenSession, context: DecisionContext): SessionDecision => {
  if (state.status !== "none") return refusedMove(state.status, "pending", context)
  const { role, taskId = null, metadata = {} } = body
  return Result.succeed([{ type: "session.opened", data: { role, taskId, metadata } }])
}

/**
 * Moves the status along an allowed edge, changes task and metadata, or both at once. `reason` goes with the status. A session
 * does not become active in the scope of a budget that blocks.
 */
export const update = (
  state: SessionState,
  body: UpdateSession,
  context: DecisionContext,
  blocks: ReadonlyArray<BudgetBlock>
): SessionDecision => {
  if (state.status === "none") return notFound(context)
  const to = body.status === state.status ? undefined : body.status
  if (to !== undefined && !mayMove(state.status, to)) return refusedMove(state.status, to, context)
  const [block] = blocks
  if (to === "active" && block !== undefined) return Result.fail(new BudgetExceeded(block))
  const changes = changesOf(state, body)
  if (changes.length > 0 && hasEnded(state.status)) return refusedAsEnded(state.status, context)
  return Result.succeed(to === undefined ? changes : [...changes, moveOf(state.status, to, body.reason ?? null)])
}

/** Reports usage. Which usage ids were seen is the store's to know, by `usageKey`. */
export const recordUsage = (state: SessionState, body: RecordUsage, context: DecisionContext): SessionDecision => {
  if (state.status === "none") return notFound(context)
  if (DateTime.toEpochMillis(body.at) > context.now + USAGE_MAX_AHEAD) {
    const issue = { pointer: "/at", message: "must be at most five minutes ahead" }
    return Result.fail(new InputRefused({ issues: [issue] }))
  }
  if (!takesUsage(state.status)) return refusedAsEnded(state.status, context)
  const { usageId, meter, quantity, model = null } = body
  return Result.succeed([
    { type: "session.usage-recorded", data: { usageId, meter, quantity, model, at: DateTime.formatIso(body.at) } }
  ])
}

/** Expires a session without an event for `retentionMillis`. A timer's command: too early or too late it changes nothing. */
export const expire = (
  state: SessionState,
  body: { readonly retentionMillis: number },
  context: DecisionContext
): SessionDecision => {
  if (state.status === "none") return notFound(context)
  const due = Date.parse(state.updatedAt) + body.retentionMillis <= context.now
  return Result.succeed(due && mayMove(state.status, "expired") ? [{ type: "session.expired", data: {} }] : [])
}

const notFound = ({ id }: DecisionContext) => Result.fail(new SessionNotFound({ sessionId: id }))
const refusedMove = (from: SessionStatus, to: SessionStatus, { id }: DecisionContext) =>
  Result.fail(new InvalidTransition({ sessionId: id, from, to }))
const refusedAsEnded = (status: SessionStatus, { id }: DecisionContext) =>
  Result.fail(new SessionEnded({ sessionId: id, status }))

const changesOf = (state: OpenedSession, { taskId, metadata }: UpdateSession): ReadonlyArray<SessionEvent> => {
  const data = {
    ...(taskId === undefined || taskId === state.taskId ? {} : { taskId }),
    ...(metadata === undefined || sameJson(metadata, state.metadata) ? {} : { metadata })
  }
  return Object.keys(data).length === 0 ? [] : [{ type: "session.updated", data }]
}

const moveOf = (from: SessionStatus, to: NonNullable<UpdateSession["status"]>, reason: string | null): SessionEvent => {
  const data = { reason }
  switch (to) {
    case "active":
      return { type: from === "pending" ? "session.activated" : "session.resumed", data }
    case "paused":
      return { type: "session.paused", data }
    case "completed":
      return { type: "session.completed", data }
    case "failed":
      return { type: "session.failed", data }
  }
}
