import { Actor } from "@sluice/contracts/actor/actor"
import { Evidence, GateResult, WorkflowRef } from "@sluice/contracts/run/run.events"
import { PhaseStatus, TaskStatus } from "@sluice/contracts/run/run.views"
import { PhaseDefinition } from "@sluice/contracts/workflow/workflow.definition"
import { Schema } from "effect"

/** What a run is, folded from its events. Times are RFC 3339 in UTC with milliseconds. */

const None = Schema.Struct({ status: Schema.Literal("none") })

const Task = Schema.Struct({
  id: Schema.String,
  key: Schema.String,
  title: Schema.String,
  dependsOn: Schema.Array(Schema.String),
  estimate: Schema.NullOr(Schema.String),
  status: TaskStatus
})
export type Task = typeof Task.Type

/** A question that the run put to people, the newest of its visit. */
const Checkpoint = Schema.Struct({
  approvalId: Schema.String,
  attempt: Schema.Int,
  state: Schema.Literals(["open", "confirmed", "refused", "withdrawn"]),
  since: Schema.String,
  reviews: Schema.Array(Schema.Struct({ actor: Actor, comment: Schema.NullOr(Schema.String), at: Schema.String }))
})
const Signoff = Schema.Struct({
  approvalId: Schema.String,
  attempt: Schema.Int,
  state: Schema.Literals(["requested", "approved", "rejected", "withdrawn"]),
  since: Schema.String,
  /** Who signed off, when, and as part of what. */
  record: Schema.NullOr(Schema.Struct({ by: Actor, at: Schema.String, correlationId: Schema.String }))
})

const Visit = Schema.Struct({
  /** From 1. */
  visit: Schema.Int,
  status: PhaseStatus,
  /** The run has gone on from here, or back. */
  left: Schema.Boolean,
  tasks: Schema.Array(Task),
  evidence: Schema.Array(Schema.Struct({ ...Evidence.fields, at: Schema.String, by: Actor })),
  /** The newest validation. */
  gate: Schema.NullOr(Schema.Struct({ result: GateResult, missing: Schema.Array(Schema.String), at: Schema.String })),
  gaps: Schema.Array(Schema.Struct({ id: Schema.String, text: Schema.String, open: Schema.Boolean })),
  checkpoint: Schema.NullOr(Checkpoint),
  signoff: Schema.NullOr(Signoff),
  startedAt: Schema.NullOr(Schema.String),
  endedAt: Schema.NullOr(Schema.String)
})
export type Visit = typeof Visit.Type

const { tasks: _tasks, ...definition } = PhaseDefinition.fields
const Phase = Schema.Struct({
  ...definition,
  /** The first to the newest; there is always one. */
  visits: Schema.Array(Visit),
  /** Why it is blocked. */
  blocked: Schema.NullOr(Schema.String)
})
export type Phase = typeof Phase.Type

const raised = {
  id: Schema.String,
  text: Schema.String,
  phase: Schema.NullOr(Schema.String),
  task: Schema.NullOr(Schema.String),
  by: Actor,
  at: Schema.String
}
/** `answer` is null while it is open. */
const Question = Schema.Struct({
  ...raised,
  role: Schema.NullOr(Schema.String),
  answer: Schema.NullOr(Schema.String)
})
export type Question = typeof Question.Type
const Blocker = Schema.Struct({ ...raised, resolved: Schema.Boolean, resolution: Schema.NullOr(Schema.String) })
export type Blocker = typeof Blocker.Type

const Started = Schema.Struct({
  status: Schema.Literal("started"),
  workflow: WorkflowRef,
  title: Schema.String,
  startedBy: Actor,
  deadline: Schema.NullOr(Schema.String),
  overdue: Schema.Boolean,
  /** By order. */
  phases: Schema.Array(Phase),
  /** The phase that the run is in; null before it began to move. */
  current: Schema.NullOr(Schema.String),
  paused: Schema.Boolean,
  ended: Schema.NullOr(Schema.Struct({ as: Schema.Literals(["completed", "failed", "cancelled"]), at: Schema.String })),
  /** Of the newest pause, cancellation or failure. */
  reason: Schema.NullOr(Schema.String),
  questions: Schema.Array(Question),
  blockers: Schema.Array(Blocker),
  milestones: Schema.Array(Schema.Struct({ key: Schema.String, title: Schema.String, at: Schema.String })),
  /** How many decisions were recorded; what they say is in the log. */
  decisions: Schema.Int,
  version: Schema.Int,
  createdAt: Schema.String,
  updatedAt: Schema.String
})

export const RunState = Schema.Union([None, Started])
export type RunState = typeof RunState.Type
/** A run that exists. */
export type StartedRun = typeof Started.Type

export const initial: RunState = { status: "none" }
