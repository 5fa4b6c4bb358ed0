import { Api } from "@sluice/contracts/api"
import * as Command from "@sluice/contracts/run/run.commands"
import * as Run from "@sluice/run"
import type { Schema } from "effect"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { bodyOf } from "../http/body.decode.ts"
import { answerCheckpoint } from "./runs.checkpoints.ts"
import { answerOf, type RunCall } from "./runs.command.ts"
import { lacks, PARAMETERS, type Part } from "./runs.parts.ts"
import { listRuns, readBrief, readContext, readPhases, readRun, readTimeline } from "./runs.queries.ts"
import { startRun } from "./runs.start.ts"
import { startTask } from "./runs.start-task.ts"
import { unstickRun } from "./runs.unstick.ts"

/** What each request of a command on a run has. */
interface Asked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly headers: RunCall<never>["headers"]
  readonly params: { readonly id: string }
}

/** A command on the run alone. `whenEmpty`: its body may be left out. */
const onRun = <A>(
  name: string,
  schema: Schema.Codec<A, unknown>,
  decide: RunCall<A>["decide"],
  whenEmpty?: Record<string, never>
) => {
  const body = bodyOf(schema, whenEmpty)
  return ({ request, headers, params: { id } }: Asked) =>
    answerOf({ name, id, ids: [id], headers, body: body(request), decide })
}

/** A command on something of the run that the path names: a task, a phase, a question, a blocker. */
const onPart = <P extends Part, A>(
  name: string,
  part: P,
  schema: Schema.Codec<A, unknown>,
  decide: (part: string) => RunCall<A>["decide"],
  whenEmpty?: Record<string, never>
) => {
  const body = bodyOf(schema, whenEmpty)
  return ({
    request,
    headers,
    params
  }: Asked & { readonly params: Readonly<Record<(typeof PARAMETERS)[P], string>> }) => {
    const named = params[PARAMETERS[part]]
    return answerOf({
      name,
      id: params.id,
      ids: [params.id, named],
      headers,
      body: body(request),
      decide: decide(named),
      lacks: lacks(part, named)
    })
  }
}

/** A decision on a part of the run, by the part's name. */
const on =
  <A>(decide: (state: Run.RunState, part: string, command: A, context: Run.RunContext) => Run.RunDecision) =>
  (part: string): RunCall<A>["decide"] =>
  (state, command, context) =>
    decide(state, part, command, context)

const EMPTY = {}
const startBody = bodyOf(Command.StartRun)

/** `/v1/runs`: each line says what the command is, what its body may be and who decides it. */
export const runHandlers = HttpApiBuilder.group(Api, "runs", (handlers) =>
  handlers
    .handleRaw("start", ({ request, headers }) =>
      Effect.flatMap(startBody(request), (body) => startRun({ body, headers }))
    )
    .handleRaw("list", ({ query }) => listRuns(query))
    .handleRaw("read", ({ params, query }) => readRun(params.id, query))
    .handleRaw("brief", ({ params, query }) => readBrief(params.id, query))
    .handleRaw("timeline", ({ params, query }) => readTimeline(params.id, query))
    .handleRaw("context", ({ params, query }) => readContext(params.id, query))
    .handleRaw("phases", ({ params, query }) => readPhases(params.id, query))
    .handleRaw("pause", onRun("run.pause", Command.WithReason, Run.pause, EMPTY))
    .handleRaw(
      "resume",
      onRun("run.resume", Command.ResumeRun, (state, _, context) => Run.resume(state, context), EMPTY)
    )
    .handleRaw("cancel", onRun("run.cancel", Command.WithReason, Run.cancel, EMPTY))
    .handleRaw("fail", onRun("run.fail", Command.WithReason, Run.fail, EMPTY))
    .handleRaw("unstick", unstickRun)
    .handleRaw("addTask", onRun("run.add-task", Command.AddTask, Run.addTask))
    .handleRaw("startTask", startTask)
    .handleRaw("completeTask", onPart("run.complete-task", "task", Command.CompleteTask, on(Run.completeTask), EMPTY))
    .handleRaw("failTask", onPart("run.fail-task", "task", Command.WithReason, on(Run.failTask), EMPTY))
    .handleRaw("deferTask", onPart("run.defer-task", "task", Command.WithReason, on(Run.deferTask), EMPTY))
    .handleRaw("moveTask", onPart("run.move-task", "task", Command.MoveTask, on(Run.moveTask), EMPTY))
    .handleRaw("reopenTask", onPart("run.reopen-task", "task", Command.StartTask, on(Run.reopenTask), EMPTY))
    .handleRaw("recordEvidence", onPart("run.record-evidence", "phase", Command.RecordEvidence, on(Run.recordEvidence)))
    .handleRaw("validateGate", onPart("run.validate-gate", "phase", Command.ValidateGate, on(Run.validateGate), EMPTY))
    .handleRaw(
      "requestSignoff",
      onPart("run.request-signoff", "phase", Command.RequestSignoff, on(Run.requestSignoff), EMPTY)
    )
    .handleRaw("transition", onPart("run.transition", "phase", Command.TransitionPhase, on(Run.transition), EMPTY))
    .handleRaw("blockPhase", onPart("run.block-phase", "phase", Command.BlockPhase, on(Run.block)))
    .handleRaw("unblockPhase", onPart("run.unblock-phase", "phase", Command.UnblockPhase, on(Run.unblock), EMPTY))
    .handleRaw("skipPhase", onPart("run.skip-phase", "phase", Command.WithReason, on(Run.skip), EMPTY))
    .handleRaw("answerCheckpoint", answerCheckpoint)
    .handleRaw("askQuestion", onRun("run.ask-question", Command.AskQuestion, Run.askQuestion))
    .handleRaw(
      "answerQuestion",
      onPart(
        "run.answer-question",
        "question",
        Command.AnswerQuestion,
        (id) => (state, body, context) => Run.answerQuestion(state, { ...body, id }, context)
      )
    )
    .handleRaw("raiseBlocker", onRun("run.raise-blocker", Command.RaiseBlocker, Run.raiseBlocker))
    .handleRaw(
      "resolveBlocker",
      onPart(
        "run.resolve-blocker",
        "blocker",
        Command.ResolveBlocker,
        (id) => (state, body, context) => Run.resolveBlocker(state, { ...body, id }, context),
        EMPTY
      )
    )
    .handleRaw("recordDecision", onRun("run.record-decision", Command.RecordDecision, Run.recordDecision))
    .handleRaw("reachMilestone", onRun("run.reach-milestone", Command.ReachMilestone, Run.reachMilestone))
)
