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
/** `description` is what the documents say of the event. */
const event = <const T extends string, F extends Schema.Struct.Fields>(type: T, fields: F, description: string) =>
  Schema.Struct({ type: Schema.tag(type), data: Schema.Struct(fields) }).annotate({ description })

export const RunStarted = event(
  "run.started",
  {
    runId: Schema.String,
    workflow: WorkflowRef,
    title: Schema.String,
    deadline: Schema.NullOr(Schema.String).annotate({
      description: "RFC 3339, UTC; afterwards the run is overdue. Null: never."
    }),
    definition: WorkflowDefinition
  },
  "A run was begun with the definition that it executes; nothing of it has started yet."
)
export const RunPaused = event(
  "run.paused",
  { reason: Reason },
  "Work in the run was stopped until somebody resumes it."
)
export const RunResumed = event("run.resumed", {}, "A paused run goes on.")
export const RunCancelled = event(
  "run.cancelled",
  { reason: Reason },
  "The run was given up because it is not wanted any more; it has ended."
)
export const RunFailed = event(
  "run.failed",
  { reason: Reason },
  "The run was given up because it cannot succeed; it has ended."
)
export const RunCompleted = event(
  "run.completed",
  {},
  "The run's terminal phase has everything it needs and nothing is left to wait for: the run has ended."
)
export const RunOverdue = event(
  "run.overdue",
  { deadline: Schema.String.annotate({ description: "RFC 3339, UTC." }) },
  "The run's deadline passed; the run goes on."
)

export const PhaseStarted = event(
  "run.phase-started",
  { ...visit, reason: Reason.annotate({ description: "Where one goes back: why." }) },
  "A visit of a phase began, and the visit before it is left."
)
export const PhaseCompleted = event(
  "run.phase-completed",
  visit,
  "A phase was left with everything in order, where the definition asks for no sign-off."
)
export const PhaseBaselined = event(
  "run.phase-baselined",
  visit,
  "A phase was left with its documents in order and its sign-off still to come."
)
export const PhaseReturned = event(
  "run.phase-returned",
  { ...visit, to: Schema.String.annotate({ description: "The phase that is visited again." }), reason: Reason },
  "A phase was left backwards, unfinished: it, and those between, will be visited again."
)
export const PhaseSkipped = event(
  "run.phase-skipped",
  { ...visit, reason: Reason },
  "The run moved past a phase; what of its tasks had not ended is deferred."
)
export const PhaseBlocked = event(
  "run.phase-blocked",
  { ...visit, reason: Schema.String },
  "Somebody said that a phase cannot go on for now."
)
export const PhaseUnblocked = event("run.phase-unblocked", visit, "A blocked phase can go on.")

export const TaskAdded = event(
  "run.task-added",
  {
    ...visit,
    id: Schema.String,
    key: Schema.String,
    title: Schema.String,
    dependsOn: Schema.Array(Schema.String).annotate({ description: "Keys of tasks that must be done first." }),
    estimate: Schema.NullOr(Schema.String)
  },
  "A task was added that the definition does not have."
)
const task = { id: Schema.String, key: Schema.String, phase: Schema.String }
export const TaskStarted = event("run.task-started", task, "Somebody began a task.")
export const TaskCompleted = event(
  "run.task-completed",
  { ...task, output: TaskOutput },
  "A task was done; its output is left to the tasks after it."
)
export const TaskFailed = event(
  "run.task-failed",
  { ...task, reason: Reason },
  "A task could not be done; it can be started again, deferred or moved."
)
export const TaskDeferred = event(
  "run.task-deferred",
  { ...task, reason: Reason },
  "A task was put off: this run does not wait for it."
)
export const TaskMoved = event(
  "run.task-moved",
  { ...task, to: Reason.annotate({ description: "Where to, in the mover's own words." }), reason: Reason },
  "A task was moved out of the run."
)
export const TaskReopened = event("run.task-reopened", task, "A deferred task was taken up again.")
export const DependencyWaived = event(
  "run.dependency-waived",
  { ...task, dependsOn: Schema.Array(Schema.String).annotate({ description: "The keys that count no longer." }) },
  "Dependencies of a task that can never be satisfied any more count no longer."
)

export const EvidenceRecorded = event(
  "run.evidence-recorded",
  { ...visit, evidence: Evidence },
  "Something that was made in a phase was put on record for its gate."
)
export const GateValidated = event(
  "run.gate-validated",
  {
    ...visit,
    result: GateResult,
    missing: Schema.Array(Schema.String).annotate({ description: "What the gate lacks, in words." })
  },
  "A phase's gate was checked against what is on record."
)

export const SignoffRequested = event(
  "run.signoff-requested",
  { ...asked, attempt: Schema.Int },
  "A phase's sign-off was asked for, as an approval."
)
export const PhaseSignedOff = event(
  "run.phase-signed-off",
  { ...asked, correlationId: Schema.String.annotate({ description: "Of what the sign-off was part." }) },
  "A phase was signed off by the actor of the envelope; this visit of it is locked from here on."
)
export const SignoffRejected = event(
  "run.signoff-rejected",
  { ...asked, gaps: Schema.Array(Schema.Struct({ id: Schema.String, text: Schema.String })) },
  "A phase's sign-off was refused, with the gaps to be closed."
)
export const SignoffWithdrawn = event(
  "run.signoff-withdrawn",
  { ...asked, why: Schema.Literals(["expired", "cancelled", "task-added", "returned", "run-ended"]) },
  "The question for a phase's sign-off was withdrawn, or lapsed undecided."
)

export const CheckpointOpened = event(
  "run.checkpoint-opened",
  { ...asked, attempt: Schema.Int },
  "Every task of the current phase has ended, and whether to go on was put to people, as an approval."
)
export const CheckpointReviewed = event(
  "run.checkpoint-reviewed",
  { ...asked, comment: Reason },
  "Somebody looks at an open checkpoint before answering."
)
export const CheckpointConfirmed = event(
  "run.checkpoint-confirmed",
  { ...asked, comment: Reason },
  "Somebody said to proceed: the phase can be left."
)
export const CheckpointRefused = event(
  "run.checkpoint-refused",
  { ...asked, why: Schema.Literals(["rejected", "expired", "cancelled"]), comment: Reason },
  "A checkpoint was not confirmed: the run is paused, and resuming it asks anew."
)
export const CheckpointWithdrawn = event(
  "run.checkpoint-withdrawn",
  { ...asked, why: Schema.Literals(["task-added", "returned", "run-ended"]) },
  "A checkpoint counts no longer: there is work left in the phase after all, or the run has ended."
)

export const QuestionAsked = event(
  "run.question-asked",
  { id: Schema.String, text: Schema.String, role: Schema.NullOr(Schema.String), ...names },
  "A question was put to a role, or to anybody; what it names waits for the answer."
)
export const QuestionAnswered = event(
  "run.question-answered",
  { id: Schema.String, answer: Schema.String },
  "A question was answered; what it named waits no longer."
)
export const BlockerRaised = event(
  "run.blocker-raised",
  { id: Schema.String, text: Schema.String, ...names },
  "Something stands in the way of a task, of a phase, or of the whole run."
)
export const BlockerResolved = event(
  "run.blocker-resolved",
  { id: Schema.String, resolution: Reason },
  "A blocker stands in the way no longer."
)
export const DecisionRecorded = event(
  "run.decision-recorded",
  { id: Schema.String, text: Schema.String, rationale: Reason, phase: Schema.NullOr(Schema.String) },
  "A decision was written down for those who come after; it changes nothing by itself."
)
export const MilestoneReached = event(
  "run.milestone-reached",
  { key: Schema.String, title: Schema.String },
  "Somebody said that a milestone of the run was reached."
)

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
