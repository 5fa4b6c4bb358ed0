import { ApprovalLapsed, NotAllowedToDecide } from "@sluice/contracts/approval/approval.errors"
import { Caller } from "@sluice/contracts/http/http.auth"
import { AnswerCheckpoint } from "@sluice/contracts/run/run.commands"
import { RunConflict, RunMissing, RunNotFound } from "@sluice/contracts/run/run.errors"
import { approvalId } from "@sluice/contracts/run/run.ids"
import { CommandBus } from "@sluice/event-store/command-bus.port"
import { answerCheckpoint as answer, type RunState, run, view } from "@sluice/run"
import { newest, phaseOf } from "@sluice/run/run.phases"
import { Effect, Result } from "effect"
import type { HttpServerRequest } from "effect/http"
import { answered } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import { storeAway } from "../http/command.errors.ts"
import { inputOf } from "../http/command.input.ts"
import { runCommand } from "../http/command.run.ts"
import { StreamsMoved, untilStreamsFit } from "../http/command.streams.ts"
import { approvalStream, gateContext, onGate, runStream } from "./runs.approvals.ts"
import { lacks } from "./runs.parts.ts"

const checkpointBody = bodyOf(AnswerCheckpoint)

interface Asked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly headers: { readonly "idempotency-key"?: string; readonly "if-match"?: string }
  readonly params: { readonly id: string; readonly phase: string }
}

/** `POST /v1/runs/{id}/checkpoints/{phase}`: the newest approval of the phase's checkpoint and the run move together. */
export const answerCheckpoint = Effect.fnUntraced(function* ({ request, headers, params: { id, phase } }: Asked) {
  const { tenant } = yield* Caller
  const bus = yield* CommandBus
  const notFound = () => new RunNotFound({ runId: id })
  const { sent, command } = yield* inputOf(checkpointBody(request), runStream(id), notFound, lacks("phase", phase))
  const attempt = Effect.gen(function* () {
    const { state } = yield* bus.peek(tenant, { category: run, id }).pipe(Effect.catch(storeAway))
    const asked = newestApproval(state, id, phase)
    const contextAt = yield* gateContext(asked, id)
    return yield* runCommand({
      name: "run.answer-checkpoint",
      ids: [id, phase],
      sent,
      headers,
      notFound,
      refusals: [...RunMissing, ...RunConflict, NotAllowedToDecide, ApprovalLapsed, StreamsMoved],
      streams: [runStream(id), approvalStream(asked)],
      decide: ([current, question], { now }) =>
        newestApproval(current.state, id, phase) === asked
          ? onGate(answer(current.state, question.state, phase, command, contextAt(now)), { run: 0, approval: 1 })
          : Result.fail(new StreamsMoved({}))
    })
  })
  const done = yield* untilStreamsFit(attempt)
  const [changed] = done.streams
  return answered({ body: view(id, changed.state), version: changed.version, creates: false, done })
})

/** Of a checkpoint that was never reached it is the one that will be asked for first. */
const newestApproval = (state: RunState, id: string, phase: string): string => {
  const known = state.status === "none" ? undefined : phaseOf(state, phase)
  const { checkpoint, visit } = known === undefined ? { checkpoint: null, visit: 1 } : newest(known)
  return checkpoint?.approvalId ?? approvalId(id, "checkpoint", phase, visit, 1)
}
