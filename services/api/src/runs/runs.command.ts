import { type ApprovalState, approval } from "@sluice/approval"
import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import type { BudgetBlock } from "@sluice/contracts/budget/budget.errors"
import { Caller } from "@sluice/contracts/http/http.auth"
import type { Unavailable } from "@sluice/contracts/http/http.errors"
import { RunConflict, RunMissing, RunNotFound } from "@sluice/contracts/run/run.errors"
import type { RunEvent } from "@sluice/contracts/run/run.events"
import { type Appended, CommandBus, type StreamState } from "@sluice/event-store/command-bus.port"
import type { Postgres } from "@sluice/postgres"
import {
  type ApprovalEffect,
  approvalEvents,
  type RunContext,
  type RunDecision,
  type RunState,
  run,
  view
} from "@sluice/run"
import { Effect, Result } from "effect"
import { type Blocks, NO_BLOCKS } from "../budgets/budgets.blocks.ts"
import { answered } from "../http/answers.ts"
import type { Body } from "../http/body.decode.ts"
import { storeAway } from "../http/command.errors.ts"
import { inputOf } from "../http/command.input.ts"
import { runCommand } from "../http/command.run.ts"
import { StreamsMoved, untilStreamsFit } from "../http/command.streams.ts"
import { requestContext } from "./runs.context.ts"
import type { lacks } from "./runs.parts.ts"

/**
 * A command on a run may ask for approvals or withdraw them: streams of their own, which have to be named before it is decided.
 * So it is decided twice: once on the run as it is known here, to learn which approvals it touches, and once by the bus. Where
 * the two differ, because the run has changed meanwhile, nothing is appended and it begins anew.
 */
export interface RunCall<A> {
  /** `run.<command>` */
  readonly name: string
  readonly id: string
  /** Ids in the path, the run's first. */
  readonly ids: ReadonlyArray<string>
  readonly body: Body<A>
  readonly headers: { readonly "idempotency-key"?: string; readonly "if-match"?: string }
  readonly decide: (state: RunState, command: A, context: RunContext, blocks: ReadonlyArray<BudgetBlock>) => RunDecision
  /** Budgets that may forbid it; looked up anew with every attempt. */
  readonly blocks?: Effect.Effect<Blocks<RunState>, Unavailable, CommandBus | Caller | Postgres>
  /** That the run does not have what else the path names. */
  readonly lacks?: ReturnType<typeof lacks>
}

export const commandOnRun = Effect.fnUntraced(function* <A>(call: RunCall<A>) {
  const { tenant } = yield* Caller
  const bus = yield* CommandBus
  const { id, body } = call
  const ours = { id, ...(yield* requestContext) }
  const attempt = Effect.gen(function* () {
    const { blocks, fits } = call.blocks === undefined ? NO_BLOCKS : yield* call.blocks
    const seen = yield* bus.peek(tenant, { category: run, id }).pipe(Effect.catch(storeAway))
    const touched = effectsOf(call.decide(seen.state, body.command, { ...ours, now: 0 }, blocks))
    return yield* runCommand({
      name: call.name,
      ids: call.ids,
      sent: body.sent,
      headers: call.headers,
      notFound: () => new RunNotFound({ runId: id }),
      refusals: [...RunMissing, ...RunConflict, StreamsMoved],
      streams: [{ category: run, id }, ...touched.map((one) => ({ category: approval, id: one.approvalId }))],
      decide: ([{ state }, ...approvals], { now }) => {
        if (!fits(state as RunState)) return Result.fail(new StreamsMoved({}))
        const context = { ...ours, now }
        const decision = call.decide(state as RunState, body.command, context, blocks)
        if (Result.isFailure(decision)) return Result.fail(decision.failure)
        return appended(decision.success, approvals as ReadonlyArray<StreamState<ApprovalState>>, context)
      }
    })
  })
  return yield* untilStreamsFit(attempt)
})

const effectsOf = (decision: RunDecision): ReadonlyArray<ApprovalEffect> =>
  Result.isSuccess(decision) ? decision.success.approvals : []

/** The run's events and, behind them, those of the approvals. */
const appended = (
  {
    events,
    approvals
  }: { readonly events: ReadonlyArray<RunEvent>; readonly approvals: ReadonlyArray<ApprovalEffect> },
  streams: ReadonlyArray<StreamState<ApprovalState>>,
  context: RunContext
): Result.Result<ReadonlyArray<Appended>, StreamsMoved> => {
  const on = (stream: number) => (event: RunEvent | ApprovalEvent) => ({ stream, event })
  const all: Array<Appended> = events.map(on(0))
  for (const effect of approvals) {
    const index = streams.findIndex(({ id }) => id === effect.approvalId)
    if (index < 0) return Result.fail(new StreamsMoved({}))
    const { state } = streams[index] as StreamState<ApprovalState>
    all.push(...approvalEvents(effect, state, context).map(on(index + 1)))
  }
  return Result.succeed(all)
}

/** The way from a request to the answer of a command on a run. */
export const answerOf = <A, E, R>(call: Omit<RunCall<A>, "body"> & { readonly body: Effect.Effect<Body<A>, E, R> }) =>
  Effect.gen(function* () {
    const { id } = call
    const notFound = () => new RunNotFound({ runId: id })
    const body = yield* inputOf(call.body, { category: run, id }, notFound, call.lacks)
    const done = yield* commandOnRun({ ...call, body })
    const changed = done.streams[0] as StreamState<RunState>
    return answered({ body: view(id, changed.state), version: changed.version, creates: false, done })
  })
