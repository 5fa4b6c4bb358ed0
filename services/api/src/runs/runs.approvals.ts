import { type ApprovalState, approval } from "@sluice/approval"
import { Caller } from "@sluice/contracts/http/http.auth"
import { parseSubjectId } from "@sluice/contracts/run/run.ids"
import { CommandBus, type StreamRef } from "@sluice/event-store/command-bus.port"
import { type ApprovalContext, type GateDecision, type RunState, run } from "@sluice/run"
import { Effect, Result } from "effect"
import { storeAway } from "../http/command.errors.ts"
import { requestContext } from "./runs.context.ts"

/** An approval that a run asked for is decided, withdrawn or answered on both streams at once. */

export const approvalStream = (id: string): StreamRef<ApprovalState> => ({ category: approval, id })
export const runStream = (id: string): StreamRef<RunState> => ({ category: run, id })

interface Gate {
  /** The approval, and the run that asked for it where one did. */
  readonly streams: readonly [StreamRef<ApprovalState>, ...ReadonlyArray<StreamRef<RunState>>]
  /** Whether these are the streams of the approval in this state. */
  readonly fits: (state: ApprovalState) => boolean
  readonly contextAt: (now: number) => ApprovalContext
}

/**
 * What an approval's subject is never changes, so it is looked up before the decision. But that there is an approval at all may
 * be unknown here as yet (another instance has just asked), and then the decision does not fit.
 */
export const gateOf = Effect.fnUntraced(function* (approvalId: string) {
  const bus = yield* CommandBus
  const { tenant } = yield* Caller
  const { state } = yield* bus.peek(tenant, approvalStream(approvalId)).pipe(Effect.catch(storeAway))
  const runId = ownerOf(state)
  const gate: Gate = {
    streams: runId === undefined ? [approvalStream(approvalId)] : [approvalStream(approvalId), runStream(runId)],
    fits: (seen) => ownerOf(seen) === runId,
    contextAt: yield* gateContext(approvalId, runId ?? "")
  }
  return gate
})

/** The run that asked; undefined where a person did. */
const ownerOf = (state: ApprovalState): string | undefined =>
  state.status !== "none" && (state.subject.type === "checkpoint" || state.subject.type === "signoff")
    ? parseSubjectId(state.subject.id)?.runId
    : undefined

/** What a decision on both is given, by its time. */
export const gateContext = Effect.fnUntraced(function* (approvalId: string, runId: string) {
  const context = { approvalId, runId, ...(yield* requestContext) }
  return (now: number): ApprovalContext => ({ ...context, now })
})

/** The events of a decision on both; `places`: of the two among the command's streams. */
export const onGate = <R>(
  decision: Result.Result<Extract<GateDecision, { _tag: "Success" }>["success"], R>,
  places: { readonly approval: number; readonly run: number } = { approval: 0, run: 1 }
) =>
  Result.map(decision, (change) => [
    ...change.approval.map((event) => ({ stream: places.approval, event })),
    ...change.run.map((event) => ({ stream: places.run, event }))
  ])
