import { Schema } from "effect"
import { Role } from "../actor/actor.ts"
import { TimestampInput } from "../time/time.timestamp.ts"
import { PhaseId, TaskKey, WorkflowName } from "../workflow/workflow.document.ts"
import { EvidenceType } from "./run.events.ts"

/** Bodies of the run's commands, as HTTP (and later NATS) carries them. */

const text = (maximum: number) => Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(maximum))
const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))
const reason = optional(text(4000))
const list = Schema.optionalKey(Schema.Array(text(2000)).check(Schema.isMaxLength(100)))
/** A blocker or question names a task, a phase, or neither: then it stops the whole run. */
const names = { phase: optional(PhaseId), task: optional(TaskKey) }
/** Of a command that needs no telling. (A struct without fields would take any value.) */
const Nothing = Schema.Record(Schema.String, Schema.Never.annotate({ message: "Unexpected key" }))
const ATTRIBUTES_MAX_BYTES = 16 * 1024

export const StartRun = Schema.Struct({
  workflow: WorkflowName,
  /** The newest one unless told. */
  version: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  title: text(300),
  /** RFC 3339, in the future: afterwards the run is overdue. */
  deadline: optional(TimestampInput)
}).annotate({ identifier: "StartRun" })
export type StartRun = typeof StartRun.Type

/** Of pause, cancel, fail, block and the like. */
export const WithReason = Schema.Struct({ reason }).annotate({ identifier: "WithReason" })
export type WithReason = typeof WithReason.Type
export const ResumeRun = Nothing.annotate({ identifier: "ResumeRun" })

export const AddTask = Schema.Struct({
  key: TaskKey,
  title: text(500),
  phase: PhaseId,
  dependsOn: Schema.optionalKey(Schema.Array(TaskKey).check(Schema.isMaxLength(200))),
  estimate: optional(text(50))
}).annotate({ identifier: "AddTask" })
export type AddTask = typeof AddTask.Type

export const StartTask = Nothing.annotate({ identifier: "StartTask" })
export const CompleteTask = Schema.Struct({
  decisions: list,
  risks: list,
  notes: list,
  artifacts: list
}).annotate({ identifier: "CompleteTask" })
export type CompleteTask = typeof CompleteTask.Type
export const MoveTask = Schema.Struct({ to: optional(text(500)), reason }).annotate({ identifier: "MoveTask" })
export type MoveTask = typeof MoveTask.Type

/** The same type and ref again updates the evidence. */
export const RecordEvidence = Schema.Struct({
  type: EvidenceType,
  kind: optional(text(100)),
  ref: text(1000),
  title: text(500),
  digest: optional(text(200)),
  attributes: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Json).check(
      Schema.makeFilter(
        (attributes) =>
          Buffer.byteLength(JSON.stringify(attributes)) <= ATTRIBUTES_MAX_BYTES ||
          `must be at most ${ATTRIBUTES_MAX_BYTES} bytes of JSON`
      )
    )
  )
}).annotate({ identifier: "RecordEvidence" })
export type RecordEvidence = typeof RecordEvidence.Type

export const ValidateGate = Nothing.annotate({ identifier: "ValidateGate" })

export const RequestSignoff = Schema.Struct({ comment: reason }).annotate({ identifier: "RequestSignoff" })
export type RequestSignoff = typeof RequestSignoff.Type

/** `to` absent: the next phase. `reason` is required for going back. */
export const TransitionPhase = Schema.Struct({
  to: Schema.optionalKey(PhaseId),
  reason,
  /** Leave the phase with its documents as they are; its sign-off is asked for later. */
  baseline: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "TransitionPhase" })
export type TransitionPhase = typeof TransitionPhase.Type

export const BlockPhase = Schema.Struct({ reason: text(4000) }).annotate({ identifier: "BlockPhase" })
export type BlockPhase = typeof BlockPhase.Type
export const UnblockPhase = Nothing.annotate({ identifier: "UnblockPhase" })

export const CheckpointVerb = Schema.Literals(["proceed", "review", "pause"])
export const AnswerCheckpoint = Schema.Struct({ verb: CheckpointVerb, comment: reason }).annotate({
  identifier: "AnswerCheckpoint"
})
export type AnswerCheckpoint = typeof AnswerCheckpoint.Type

export const AskQuestion = Schema.Struct({ text: text(4000), role: optional(Role), ...names }).annotate({
  identifier: "AskQuestion"
})
export type AskQuestion = typeof AskQuestion.Type
export const AnswerQuestion = Schema.Struct({ answer: text(4000) }).annotate({ identifier: "AnswerQuestion" })
export type AnswerQuestion = typeof AnswerQuestion.Type
export const RaiseBlocker = Schema.Struct({ text: text(4000), ...names }).annotate({ identifier: "RaiseBlocker" })
export type RaiseBlocker = typeof RaiseBlocker.Type
export const ResolveBlocker = Schema.Struct({ resolution: reason }).annotate({ identifier: "ResolveBlocker" })
export type ResolveBlocker = typeof ResolveBlocker.Type
export const RecordDecision = Schema.Struct({
  text: text(4000),
  rationale: reason,
  phase: optional(PhaseId)
}).annotate({ identifier: "RecordDecision" })
export type RecordDecision = typeof RecordDecision.Type
/** The same key again changes nothing. */
export const ReachMilestone = Schema.Struct({ key: TaskKey, title: text(500) }).annotate({
  identifier: "ReachMilestone"
})
export type ReachMilestone = typeof ReachMilestone.Type
