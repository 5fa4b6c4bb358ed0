import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import * as Approval from "../approval/approval.errors.ts"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { changeProblems, commandProblems, readProblems } from "../http/http.conventions.ts"
import { changing, creating, replayable, tracing, versioned } from "../http/http.headers.ts"
import { Filter, pageOf, paging } from "../http/http.lists.ts"
import { withOptionalBody } from "../http/http.openapi.ts"
import { PathId } from "../http/http.paths.ts"
import { readYourWrite } from "../http/http.reads.ts"
import { problem } from "../http/problem.ts"
import { PhaseId, TaskKey } from "../workflow/workflow.document.ts"
import { WorkflowNotFound } from "../workflow/workflow.errors.ts"
import * as Command from "./run.commands.ts"
import * as Refusal from "./run.errors.ts"
import {
  BriefView,
  ContextView,
  PhaseDetail,
  PhaseStatus,
  PhaseView,
  RunStatus,
  RunView,
  TimelineEntry
} from "./run.views.ts"

/** Runs over HTTP, and what each refusal means there. Every command answers with the run as it now is. */

const run = { id: PathId }
const task = { ...run, key: TaskKey }
const phase = { ...run, phase: PhaseId }
const note = { ...run, note: PathId }

const Replayable = HttpApiSchema.WithHeaders(RunView, replayable)
const Created = HttpApiSchema.WithHeaders(RunView.pipe(HttpApiSchema.status(201)), replayable)
const notFound = problem(Refusal.RunNotFound, 404)
const missing = Refusal.RunMissing.map((refusal) => problem(refusal, 404))
const conflicts = Refusal.RunConflict.map((refusal) => problem(refusal, 409))
const refusals = [...missing, ...conflicts, ...changeProblems] as const

type Params = typeof run | typeof task | typeof phase | typeof note

/** A command on a run. `bare`: its body may be left out. */
const command = <const Name extends string, const Path extends `/${string}`, P extends Params, B extends Schema.Top>(
  name: Name,
  path: Path,
  params: P,
  payload: B,
  summary: string,
  bare: "bare" | "body" = "body"
) => {
  const endpoint = HttpApiEndpoint.post(name, path, {
    params,
    headers: changing,
    payload,
    success: Replayable,
    error: refusals
  })
    .annotate(NeedsScope, ["runs:write"])
    .annotate(OpenApi.Summary, summary)
  return bare === "bare" ? endpoint.annotate(OpenApi.Transform, withOptionalBody) : endpoint
}

export class RunApi extends HttpApiGroup.make("runs")
  .add(
    HttpApiEndpoint.post("start", "/runs", {
      headers: creating,
      payload: Command.StartRun,
      success: [Created, Replayable],
      error: [problem(WorkflowNotFound, 404), ...commandProblems]
    })
      .annotate(NeedsScope, ["runs:write"])
      .annotate(OpenApi.Summary, "Start a run of a workflow"),
    HttpApiEndpoint.get("list", "/runs", {
      headers: tracing,
      query: { status: Schema.optionalKey(RunStatus), workflow: Schema.optionalKey(Filter), ...paging },
      success: pageOf(RunView, "RunList")
    })
      .annotate(NeedsScope, ["runs:read"])
      .annotate(OpenApi.Summary, "List runs, newest first"),
    HttpApiEndpoint.get("read", "/runs/:id", {
      params: run,
      headers: tracing,
      query: readYourWrite,
      success: HttpApiSchema.WithHeaders(RunView, versioned),
      error: [notFound, ...readProblems]
    })
      .annotate(NeedsScope, ["runs:read"])
      .annotate(OpenApi.Summary, "Read a run"),
    HttpApiEndpoint.get("brief", "/runs/:id/brief", {
      params: run,
      headers: tracing,
      query: readYourWrite,
      success: HttpApiSchema.WithHeaders(BriefView, versioned),
      error: [notFound, ...readProblems]
    })
      .annotate(NeedsScope, ["runs:read"])
      .annotate(OpenApi.Summary, "What one needs in order to go on with a run"),
    HttpApiEndpoint.get("timeline", "/runs/:id/timeline", {
      params: run,
      headers: tracing,
      query: paging,
      success: pageOf(TimelineEntry, "Timeline"),
      error: [notFound]
    })
      .annotate(NeedsScope, ["runs:read"])
      .annotate(OpenApi.Summary, "What happened in a run, newest first"),
    HttpApiEndpoint.get("context", "/runs/:id/context", {
      params: run,
      headers: tracing,
      query: { ...readYourWrite, phase: Schema.optionalKey(PhaseId) },
      success: HttpApiSchema.WithHeaders(ContextView, versioned),
      error: [notFound, problem(Refusal.PhaseNotFound, 404), ...readProblems]
    })
      .annotate(NeedsScope, ["runs:read"])
      .annotate(OpenApi.Summary, "What completed tasks left, up to a phase"),
    HttpApiEndpoint.get("phases", "/runs/:id/phases", {
      params: run,
      headers: tracing,
      query: readYourWrite,
      success: HttpApiSchema.WithHeaders(
        Schema.Struct({ items: Schema.Array(PhaseDetail) }).annotate({ identifier: "PhaseDetailList" }),
        versioned
      ),
      error: [notFound, ...readProblems]
    })
      .annotate(NeedsScope, ["runs:read"])
      .annotate(OpenApi.Summary, "The phases of a run, with visits, tasks and evidence"),
    command("pause", "/runs/:id/pause", run, Command.WithReason, "Pause a run", "bare"),
    command("resume", "/runs/:id/resume", run, Command.ResumeRun, "Resume a run", "bare"),
    command("cancel", "/runs/:id/cancel", run, Command.WithReason, "Cancel a run for good", "bare").annotate(
      NeedsScope,
      ["runs:admin"]
    ),
    command("fail", "/runs/:id/fail", run, Command.WithReason, "End a run as failed", "bare"),
    command("unstick", "/runs/:id/unstick", run, Command.ResumeRun, "Move on what waits in vain", "bare").annotate(
      NeedsScope,
      ["runs:admin"]
    ),
    command("addTask", "/runs/:id/tasks", run, Command.AddTask, "Add a task"),
    command("startTask", "/runs/:id/tasks/:key/start", task, Command.StartTask, "Start a task", "bare"),
    command("completeTask", "/runs/:id/tasks/:key/complete", task, Command.CompleteTask, "Complete a task", "bare"),
    command("failTask", "/runs/:id/tasks/:key/fail", task, Command.WithReason, "Fail a task", "bare"),
    command("deferTask", "/runs/:id/tasks/:key/defer", task, Command.WithReason, "Defer a task", "bare"),
    command("moveTask", "/runs/:id/tasks/:key/move", task, Command.MoveTask, "Move a task out of the run", "bare"),
    command(
      "reopenTask",
      "/runs/:id/tasks/:key/reopen",
      task,
      Command.StartTask,
      "Take a deferred task up again",
      "bare"
    ).annotate(NeedsScope, ["runs:admin"]),
    command("recordEvidence", "/runs/:id/phases/:phase/evidence", phase, Command.RecordEvidence, "Record evidence"),
    command(
      "validateGate",
      "/runs/:id/phases/:phase/validate",
      phase,
      Command.ValidateGate,
      "Validate the gate",
      "bare"
    ),
    command(
      "requestSignoff",
      "/runs/:id/phases/:phase/signoff",
      phase,
      Command.RequestSignoff,
      "Ask for the sign-off",
      "bare"
    ),
    command(
      "transition",
      "/runs/:id/phases/:phase/transition",
      phase,
      Command.TransitionPhase,
      "Leave a phase for another",
      "bare"
    ),
    command("blockPhase", "/runs/:id/phases/:phase/block", phase, Command.BlockPhase, "Block a phase"),
    command("unblockPhase", "/runs/:id/phases/:phase/unblock", phase, Command.UnblockPhase, "Unblock a phase", "bare"),
    command("skipPhase", "/runs/:id/phases/:phase/skip", phase, Command.WithReason, "Leave a phase out", "bare"),
    HttpApiEndpoint.post("answerCheckpoint", "/runs/:id/checkpoints/:phase", {
      params: phase,
      headers: changing,
      payload: Command.AnswerCheckpoint,
      success: Replayable,
      error: [problem(Approval.NotAllowedToDecide, 403), problem(Approval.ApprovalLapsed, 409), ...refusals]
    })
      .annotate(NeedsScope, ["approvals:decide"])
      .annotate(OpenApi.Summary, "Say proceed, review or pause at a checkpoint"),
    command("askQuestion", "/runs/:id/questions", run, Command.AskQuestion, "Ask a question"),
    command("answerQuestion", "/runs/:id/questions/:note/answer", note, Command.AnswerQuestion, "Answer a question"),
    command("raiseBlocker", "/runs/:id/blockers", run, Command.RaiseBlocker, "Raise a blocker"),
    command(
      "resolveBlocker",
      "/runs/:id/blockers/:note/resolve",
      note,
      Command.ResolveBlocker,
      "Resolve a blocker",
      "bare"
    ),
    command("recordDecision", "/runs/:id/decisions", run, Command.RecordDecision, "Record a decision"),
    command("reachMilestone", "/runs/:id/milestones", run, Command.ReachMilestone, "Reach a milestone")
  )
  .middleware(Auth)
  .prefix("/v1") {}

/** Phases across runs. */
export class PhaseApi extends HttpApiGroup.make("phases")
  .add(
    HttpApiEndpoint.get("list", "/phases", {
      headers: tracing,
      query: {
        status: Schema.optionalKey(Schema.Union([PhaseStatus, Schema.Literal("blocked")])),
        workflow: Schema.optionalKey(Filter),
        role: Schema.optionalKey(Filter.annotate({ description: "Phases that wait for this role" })),
        ...paging
      },
      success: pageOf(PhaseView, "PhaseList")
    })
      .annotate(NeedsScope, ["runs:read"])
      .annotate(
        OpenApi.Summary,
        "List phases across runs: what is in progress, ready for sign-off, blocked, and with whom"
      )
  )
  .middleware(Auth)
  .prefix("/v1") {}
