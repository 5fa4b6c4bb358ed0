import { Schema } from "effect"
import { WorkflowDefinition } from "../workflow/workflow.definition.ts"

/** Events of a run, newest shapes. Wire name `sluice.run.<event>.v1`; who acted and when is in the envelope. */

/** Which workflow a run executes. */
export const WorkflowRef = Schema.Struct({ name: Schema.String, version: Schema.Int, digest: Schema.String })

export const EvidenceType = Schema.Literals(["doc", "contract", "code", "test", "artifact"]).annotate({
  identifier: "EvidenceType"
})
/** What was made; `ref` is a path, a section of a contract, a commit or file, a test's name or a file. */
export const Evidence = Schema.Struct({
  type: EvidenceType,
  kind: Schema.NullOr(Schema.String),
  ref: Schema.String,
  title: Schema.String,
  digest: Schema.NullOr(Schema.String),
  attributes: Schema.Record(Schema.String, Schema.Json)
}).annotate({ identifier: "Evidence" })
export type Evidence = typeof Evidence.Type

/** What a completed task leaves to those who come after it. */
export const TaskOutput = Schema.Struct({
  decisions: Schema.Array(Schema.String),
  risks: Schema.Array(Schema.String),
  notes: Schema.Array(Schema.String),
  artifacts: Schema.Array(Schema.String)
})
export type TaskOutput = typeof TaskOutput.Type

/** What a question or a blocker stops: a task, a phase, or the whole run where both are null. */
const names = { phase: Schema.NullOr(Schema.String), task: Schema.NullOr(Schema.String) }

/** `blocked`: evidence is missing. `not_configured`: the phase has no gate. */
export const GateResult = Schema.Literals(["blocked", "waiting_tasks", "ready", "not_configured"]).annotate({
  identifier: "GateResult"
})
export type GateResult = typeof GateResult.Type

const Reason = Schema.NullOr(Schema.String)
const visit = { phase: Schema.String, visit: Schema.Int }
const asked = { ...visit, approvalId: Schema.String }
const event = <const T extends string, F extends Schema.Struct.Fields>(type: T, fields: F) =>
  Schema.Struct({ type: Schema.tag(type), data: Schema.Struct(fields) })

/** Begins a run; nothing of it has started yet. `deadline` (RFC 3339, UTC): afterwards the run is overdue. */
export const RunStarted = event("run.started", {
  runId: Schema.String,
  workflow: WorkflowRef,
  title: Schema.String,
  deadline: Schema.NullOr(Schema.String),
  definition: WorkflowDefinition
})
export const RunPaused = event("run.paused", { reason: Reason })
export const RunResumed = event("run.resumed", {})
export const RunCancelled = event("run.cancelled", { reason: Reason })
export const RunFailed = event("run.failed", { reason: Reason })
export const RunCompleted = event("run.completed", {})
/** The deadline passed; the run goes on. */
export const RunOverdue = event("run.overdue", { deadline: Schema.String })

/** A visit of a phase begins, and the visit before it is left. `reason` where one goes back. */
export const PhaseStarted = event("run.phase-started", { ...visit, reason: Reason })
/** Left with everything in order, and no sign-off asked for by the definition. */
export const PhaseCompleted = event("run.phase-completed", visit)
/** Left with its documents in order and its sign-off still to come. */
export const PhaseBaselined = event("run.phase-baselined", visit)
/** Left backwards, unfinished: the phase, and those between, will be visited again. */
export const PhaseReturned = event("run.phase-returned", { ...visit, to: Schema.String, reason: Reason })
/** The run moved past a phase. What of its tasks had not ended is deferred. */
export const PhaseSkipped = event("run.phase-skipped", { ...visit, reason: Reason })
export const PhaseBlocked = event("run.phase-blocked", { ...visit, reason: Schema.String })
export const PhaseUnblocked = event("run.phase-unblocked", visit)

export const TaskAdded = event("run.task-added", {
  ...visit,
  id: Schema.String,
  key: Schema.String,
  title: Schema.String,
  dependsOn: Schema.Array(Schema.String),
  estimate: Schema.NullOr(Schema.String)
})
const task = { id: Schema.String, key: Schema.String, phase: Schema.String }
export const TaskStarted = event("run.task-started", task)
export const TaskCompleted = event("run.task-completed", { ...task, output: TaskOutput })
export const TaskFailed = event("run.task-failed", { ...task, reason: Reason })
export const TaskDeferred = event("run.task-deferred", { ...task, reason: Reason })
/** Moved out of the run; `to` says where, in the mover's own words. */
export const TaskMoved = event("run.task-moved", { ...task, to: Reason, reason: Reason })
export const TaskReopened = event("run.task-reopened", task)
/** A dependency that can never be satisfied any more counts no longer. */
export const DependencyWaived = event("run.dependency-waived", { ...task, dependsOn: Schema.Array(Schema.String) })

export const EvidenceRecorded = event("run.evidence-recorded", { ...visit, evidence: Evidence })
export const GateValidated = event("run.gate-validated", {
  ...visit,
  result: GateResult,
  missing: Schema.Array(Schema.String)
})

export const SignoffRequested = event("run.signoff-requested", { ...asked, attempt: Schema.Int })
/** The sign-off: the envelope says who and when, `correlationId` as part of what. The visit is locked from here on. */
export const PhaseSignedOff = event("run.phase-signed-off", { ...asked, correlationId: Schema.String })
export const SignoffRejected = event("run.signoff-rejected", {
  ...asked,
  gaps: Schema.Array(Schema.Struct({ id: Schema.String, text: Schema.String }))
})
/** The question is withdrawn, or lapsed undecided. */
export const SignoffWithdrawn = event("run.signoff-withdrawn", {
  ...asked,
  why: Schema.Literals(["expired", "cancelled", "task-added", "returned", "run-ended"])
})

export const CheckpointOpened = event("run.checkpoint-opened", { ...asked, attempt: Schema.Int })
export const CheckpointReviewed = event("run.checkpoint-reviewed", { ...asked, comment: Reason })
/** Somebody said proceed. */
export const CheckpointConfirmed = event("run.checkpoint-confirmed", { ...asked, comment: Reason })
/** The run is paused; resuming it asks anew. */
export const CheckpointRefused = event("run.checkpoint-refused", {
  ...asked,
  why: Schema.Literals(["rejected", "expired", "cancelled"]),
  comment: Reason
})
/** There is work left in the phase after all, or the run has ended. */
export const CheckpointWithdrawn = event("run.checkpoint-withdrawn", {
  ...asked,
  why: Schema.Literals(["task-added", "returned", "run-ended"])
})

export const QuestionAsked = event("run.question-asked", {
  id: Schema.String,
  text: Schema.String,
  role: Schema.NullOr(Schema.String),
  ...names
})
export const QuestionAnswered = event("run.question-answered", { id: Schema.String, answer: Schema.String })
export const BlockerRaised = event("run.blocker-raised", { id: Schema.String, text: Schema.String, ...names })
export const BlockerResolved = event("run.blocker-resolved", { id: Schema.String, resolution: Reason })
export const DecisionRecorded = event("run.decision-recorded", {
  id: Schema.String,
  text: Schema.String,
  rationale: Reason,
  phase: Schema.NullOr(Schema.String)
})
export const MilestoneReached = event("run.milestone-reached", { key: Schema.String, title: Schema.String })

export const RunEvent = Schema.Union([
  RunStarted,
  RunPaused,
  RunResumed,
  RunCancelled,
  RunFailed,
  RunCompleted,
  RunOverdue,
  PhaseStarted,
  PhaseCompleted,
  PhaseBaselined,
  PhaseReturned,
  PhaseSkipped,
  PhaseBlocked,
  PhaseUnblocked,
  TaskAdded,
  TaskStarted,
  TaskCompleted,
  TaskFailed,
  TaskDeferred,
  TaskMoved,
  TaskReopened,
  DependencyWaived,
  EvidenceRecorded,
  GateValidated,
  SignoffRequested,
  PhaseSignedOff,
  SignoffRejected,
  SignoffWithdrawn,
  CheckpointOpened,
  CheckpointReviewed,
  CheckpointConfirmed,
  CheckpointRefused,
  CheckpointWithdrawn,
  QuestionAsked,
  QuestionAnswered,
  BlockerRaised,
  BlockerResolved,
  DecisionRecorded,
  MilestoneReached
]).pipe(Schema.toTaggedUnion("type"))
export type RunEvent = typeof RunEvent.Type
