import { Schema } from "effect"
import { Actor, Role } from "../actor/actor.ts"
import { Requirement } from "../approval/approval.events.ts"
import { Evidence, EvidenceType, GateResult, WorkflowRef } from "./run.events.ts"

/** A run and its phases as they are read. Times are RFC 3339 in UTC with milliseconds. */

const Timestamp = Schema.String.pipe(Schema.annotate({ format: "date-time" }))

export const RunStatus = Schema.Literals([
  "not_started",
  "in_progress",
  "awaiting_confirmation",
  "awaiting_input",
  "blocked",
  "paused",
  "completed",
  "failed",
  "cancelled"
]).annotate({ identifier: "RunStatus" })
export type RunStatus = typeof RunStatus.Type

export const PhaseStatus = Schema.Literals([
  "not_started",
  "in_progress",
  "ready_for_signoff",
  "signed_off",
  "completed_doc_baseline",
  "completed",
  "skipped"
]).annotate({ identifier: "PhaseStatus" })
export type PhaseStatus = typeof PhaseStatus.Type

export const TaskStatus = Schema.Literals([
  "pending",
  "in_progress",
  "completed",
  "failed",
  "deferred",
  "moved"
]).annotate({
  identifier: "TaskStatus"
})
export type TaskStatus = typeof TaskStatus.Type

/** Deferred and moved tasks are not in `total`; `percent` rounds half up. */
export const Progress = Schema.Struct({ done: Schema.Int, total: Schema.Int, percent: Schema.Int }).annotate({
  identifier: "Progress"
})
export type Progress = typeof Progress.Type

/** A question that the run put to people and waits for. */
export const Waiting = Schema.Struct({
  for: Schema.Literals(["checkpoint", "signoff"]),
  approvalId: Schema.String,
  required: Schema.Array(Requirement),
  /** Everybody who may decide holds one of these; `*` is anybody. */
  roles: Schema.Array(Role),
  since: Timestamp
}).annotate({ identifier: "Waiting" })
export type Waiting = typeof Waiting.Type

export const OpenCheckpoint = Schema.Struct({
  phase: Schema.String,
  visit: Schema.Int,
  approvalId: Schema.String,
  required: Schema.Array(Requirement),
  since: Timestamp,
  reviews: Schema.Array(Schema.Struct({ actor: Actor, comment: Schema.NullOr(Schema.String), at: Timestamp }))
}).annotate({ identifier: "OpenCheckpoint" })

const raised = {
  id: Schema.String,
  text: Schema.String,
  phase: Schema.NullOr(Schema.String),
  task: Schema.NullOr(Schema.String),
  by: Actor,
  at: Timestamp
}
export const OpenQuestion = Schema.Struct({ ...raised, role: Schema.NullOr(Schema.String) }).annotate({
  identifier: "OpenQuestion"
})
export const OpenBlocker = Schema.Struct(raised).annotate({ identifier: "OpenBlocker" })

/** A phase in the answer to a command. */
export const PhaseSummary = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  status: PhaseStatus,
  visit: Schema.Int,
  blocked: Schema.NullOr(Schema.String),
  progress: Progress
}).annotate({ identifier: "PhaseSummary" })
export type PhaseSummary = typeof PhaseSummary.Type

/** A run as it is read, and as every command on it answers. `version` is its stream's version and the resource's `ETag`. */
export const RunView = Schema.Struct({
  id: Schema.String,
  workflow: WorkflowRef,
  title: Schema.String,
  status: RunStatus,
  progress: Progress,
  /** Null before the run began to move. */
  currentPhase: Schema.NullOr(Schema.String),
  phases: Schema.Array(PhaseSummary),
  /** Keys of the tasks that can be started now. */
  startable: Schema.Array(Schema.String),
  openCheckpoints: Schema.Array(OpenCheckpoint),
  openQuestions: Schema.Array(OpenQuestion),
  blockers: Schema.Array(OpenBlocker),
  milestones: Schema.Array(Schema.Struct({ key: Schema.String, title: Schema.String, at: Timestamp })),
  /** What waits for something that will never come, in words; `POST …/unstick` moves it on. */
  stuck: Schema.Array(Schema.String),
  deadline: Schema.NullOr(Timestamp),
  overdue: Schema.Boolean,
  /** Of the newest pause, cancellation or failure. */
  reason: Schema.NullOr(Schema.String),
  startedBy: Actor,
  version: Schema.Int,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  endedAt: Schema.NullOr(Timestamp)
}).annotate({ identifier: "Run" })
export type RunView = typeof RunView.Type

/** A phase of a run, as the list across runs shows it. */
export const PhaseView = Schema.Struct({
  runId: Schema.String,
  runTitle: Schema.String,
  runStatus: RunStatus,
  workflow: Schema.String,
  phase: Schema.String,
  name: Schema.String,
  /** Place among the phases of its workflow, from 1. */
  order: Schema.Int,
  status: PhaseStatus,
  visit: Schema.Int,
  current: Schema.Boolean,
  blocked: Schema.NullOr(Schema.String),
  progress: Progress,
  /** Whom it waits for. */
  waiting: Schema.Array(Waiting),
  gaps: Schema.Int,
  startedAt: Schema.NullOr(Timestamp),
  endedAt: Schema.NullOr(Timestamp),
  /** When the run was started. */
  createdAt: Timestamp
}).annotate({ identifier: "Phase" })
export type PhaseView = typeof PhaseView.Type

export const TaskView = Schema.Struct({
  id: Schema.String,
  key: Schema.String,
  title: Schema.String,
  status: TaskStatus,
  dependsOn: Schema.Array(Schema.String),
  estimate: Schema.NullOr(Schema.String),
  startable: Schema.Boolean
}).annotate({ identifier: "Task" })

export const Gap = Schema.Struct({ id: Schema.String, text: Schema.String, open: Schema.Boolean }).annotate({
  identifier: "Gap"
})

export const VisitView = Schema.Struct({
  visit: Schema.Int,
  status: PhaseStatus,
  tasks: Schema.Array(TaskView),
  evidence: Schema.Array(Schema.Struct({ ...Evidence.fields, type: EvidenceType, at: Timestamp, by: Actor })),
  /** The newest validation. */
  gate: Schema.NullOr(Schema.Struct({ result: GateResult, missing: Schema.Array(Schema.String), at: Timestamp })),
  gaps: Schema.Array(Gap),
  signoff: Schema.NullOr(
    Schema.Struct({ approvalId: Schema.String, by: Actor, at: Timestamp, correlationId: Schema.String })
  ),
  startedAt: Schema.NullOr(Timestamp),
  endedAt: Schema.NullOr(Timestamp)
}).annotate({ identifier: "Visit" })

/** A phase of one run, whole; visits from the first to the newest. */
export const PhaseDetail = Schema.Struct({
  ...PhaseView.fields,
  doneDefinitions: Schema.Array(Schema.String),
  visits: Schema.Array(VisitView)
}).annotate({ identifier: "PhaseDetail" })
export type PhaseDetail = typeof PhaseDetail.Type

export const TimelineEntry = Schema.Struct({
  position: Schema.Int,
  version: Schema.Int,
  type: Schema.String,
  time: Timestamp,
  actor: Actor,
  /** The event in words. */
  text: Schema.String
}).annotate({ identifier: "TimelineEntry" })
export type TimelineEntry = typeof TimelineEntry.Type

/** What a person or an agent needs in order to go on with a run. */
export const BriefView = Schema.Struct({
  run: RunView,
  /** Where the run stands, in a sentence. */
  summary: Schema.String,
  phase: Schema.NullOr(PhaseSummary),
  prompt: Schema.NullOr(Schema.String),
  nextSteps: Schema.Array(Schema.String),
  startable: Schema.Array(TaskView),
  waiting: Schema.Array(Schema.Struct({ ...Waiting.fields, phase: Schema.String })),
  gaps: Schema.Array(Schema.Struct({ ...Gap.fields, phase: Schema.String })),
  /** The last ten entries, newest first. */
  history: Schema.Array(TimelineEntry)
}).annotate({ identifier: "Brief" })
export type BriefView = typeof BriefView.Type

/** What completed tasks of earlier phases left, in the order of their completion, duplicates removed. */
export const ContextView = Schema.Struct({
  runId: Schema.String,
  /** The phases strictly before this one are in it; null: all of them. */
  phase: Schema.NullOr(Schema.String),
  decisions: Schema.Array(Schema.String),
  risks: Schema.Array(Schema.String),
  notes: Schema.Array(Schema.String),
  artifacts: Schema.Array(Schema.String)
}).annotate({ identifier: "Context" })
export type ContextView = typeof ContextView.Type
