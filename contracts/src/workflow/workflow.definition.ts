import { Schema } from "effect"
import { Role } from "../actor/actor.ts"
import { Requirement } from "../approval/approval.events.ts"
import { GateRequirement } from "./workflow.document.ts"

/** What a run goes by: a workflow's document with everything filled in. It travels in `run.started`, so its shape is a promise. */

/** How a checkpoint or a sign-off is put to people; a role `*` is anybody. Durations are ISO 8601. */
export const AskingDefinition = Schema.Struct({
  required: Schema.Array(Requirement),
  expiresAfter: Schema.NullOr(Schema.String),
  remindEvery: Schema.NullOr(Schema.String),
  escalation: Schema.NullOr(Schema.Struct({ after: Schema.String, roles: Schema.Array(Role) }))
})
export type AskingDefinition = typeof AskingDefinition.Type

export const TaskDefinition = Schema.Struct({
  key: Schema.String,
  title: Schema.String,
  dependsOn: Schema.Array(Schema.String),
  estimate: Schema.NullOr(Schema.String)
})
export type TaskDefinition = typeof TaskDefinition.Type

export const PhaseDefinition = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  /** Where one may go from here; the first one that lies ahead is taken where nobody says. Empty where terminal. */
  transitions: Schema.Array(Schema.String),
  terminal: Schema.Boolean,
  doneDefinitions: Schema.Array(Schema.String),
  gate: Schema.Array(GateRequirement),
  checkpoint: Schema.NullOr(AskingDefinition),
  signoff: Schema.NullOr(AskingDefinition),
  prompt: Schema.NullOr(Schema.String),
  nextSteps: Schema.Array(Schema.String),
  tasks: Schema.Array(TaskDefinition)
})
export type PhaseDefinition = typeof PhaseDefinition.Type

/** Phases by order. */
export const WorkflowDefinition = Schema.Struct({ phases: Schema.Array(PhaseDefinition) })
export type WorkflowDefinition = typeof WorkflowDefinition.Type
