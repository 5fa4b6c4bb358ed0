import { Schema } from "effect"
import { Role } from "../actor/actor.ts"
import { Requirement } from "../approval/approval.events.ts"
import { IsoDuration } from "../time/time.duration.ts"

/** A workflow as its author writes it, in YAML or JSON. What it leaves out is filled in by the definition made of it. */

/** The limit of a document's text, in bytes. */
export const DOCUMENT_MAX_BYTES = 1024 * 1024

const text = (maximum: number) => Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(maximum))
const LongText = Schema.String.check(Schema.isMaxLength(100_000))

/** 1–100 characters, none of them a slash or a control character; begins and ends with neither space nor dot. */
export const WorkflowName = Schema.String.check(
  Schema.isPattern(
    /^[!--0-[\]-~\u00a0-\u{10ffff}]([ -.0-[\]-~\u00a0-\u{10ffff}]{0,98}[!--0-[\]-~\u00a0-\u{10ffff}])?$/u,
    {
      message:
        "must have 1 to 100 characters without slashes and control characters, with no space or dot at either end"
    }
  )
).annotate({ identifier: "WorkflowName" })

const identifier = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/u, {
    message: "must have 1 to 64 letters, digits, dots, hyphens and underscores and begin with a letter or a digit"
  })
)
/** Of a phase within its workflow. */
export const PhaseId = identifier.annotate({ identifier: "PhaseId" })
/** Of a task within its run, "A1" for example. */
export const TaskKey = identifier.annotate({ identifier: "TaskKey" })

/** What must hold before a phase may be left. */
export const GateRequirement = Schema.Union([
  /** Every task of the visit has ended; no task at all is complete. */
  Schema.Struct({ type: Schema.Literal("tasks-complete") }),
  /** Evidence of this kind whose `attributes.sections` hold all of these and whose `attributes.length` is large enough. */
  Schema.Struct({
    type: Schema.Literal("artifact"),
    kind: text(100),
    sections: Schema.optionalKey(Schema.Array(text(200)).check(Schema.isMaxLength(100))),
    minLength: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))
  }),
  /** The newest evidence with the attribute `name` gives it at least `min`. */
  Schema.Struct({ type: Schema.Literal("metric"), name: text(100), min: Schema.Finite }),
  /** The newest evidence with the attribute `name` says true. */
  Schema.Struct({ type: Schema.Literal("flag"), name: text(100) }),
  /** Every done definition of the phase is ticked by evidence with the attribute `done`. */
  Schema.Struct({ type: Schema.Literal("done-definitions") })
]).annotate({ identifier: "GateRequirement" })
export type GateRequirement = typeof GateRequirement.Type

/** How a checkpoint or a sign-off is put to people. Durations are ISO 8601. */
const asking = {
  required: Schema.Array(Requirement).check(Schema.isMinLength(1), Schema.isMaxLength(20)),
  /** Undecided after this long it expires. */
  expiresAfter: Schema.optionalKey(IsoDuration),
  remindEvery: Schema.optionalKey(IsoDuration),
  escalation: Schema.optionalKey(
    Schema.Struct({
      after: IsoDuration,
      roles: Schema.Array(Role).check(Schema.isMinLength(1), Schema.isMaxLength(20))
    })
  )
}
export const Asking = Schema.Struct(asking)

export const TaskDocument = Schema.Struct({
  key: TaskKey,
  title: text(500),
  dependsOn: Schema.optionalKey(Schema.Array(TaskKey).check(Schema.isMaxLength(200))),
  /** In the author's own unit, "4h" for example. */
  estimate: Schema.optionalKey(text(50))
}).annotate({ identifier: "WorkflowTask" })

export const PhaseDocument = Schema.Struct({
  id: PhaseId,
  name: text(200),
  description: Schema.optionalKey(LongText),
  order: Schema.Int,
  /** Where a run may go from here; absent: to the next phase by order. */
  transitions: Schema.optionalKey(Schema.Array(PhaseId).check(Schema.isMaxLength(200))),
  /** The run ends here. Absent: so it is for the last phase by order, unless it has transitions. */
  terminal: Schema.optionalKey(Schema.Boolean),
  doneDefinitions: Schema.optionalKey(Schema.Array(text(1000)).check(Schema.isMaxLength(200))),
  /** What the phase is expected to bring forth. It informs; only `gate` decides. */
  expectedOutputs: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        type: text(100),
        pattern: text(1000),
        required: Schema.optionalKey(Schema.Boolean),
        validation: Schema.optionalKey(text(1000))
      })
    ).check(Schema.isMaxLength(200))
  ),
  gate: Schema.optionalKey(Schema.Array(GateRequirement).check(Schema.isMaxLength(100))),
  /** True: anybody with the scope approvals:decide may say proceed. */
  checkpoint: Schema.optionalKey(Schema.Union([Schema.Boolean, Asking])),
  signoff: Schema.optionalKey(Asking),
  prompt: Schema.optionalKey(LongText),
  nextSteps: Schema.optionalKey(Schema.Array(text(5000)).check(Schema.isMaxLength(200))),
  tasks: Schema.optionalKey(Schema.Array(TaskDocument).check(Schema.isMaxLength(5000)))
}).annotate({ identifier: "WorkflowPhase" })
export type PhaseDocument = typeof PhaseDocument.Type

export const WorkflowDocument = Schema.Struct({
  name: WorkflowName,
  description: Schema.optionalKey(LongText),
  resultCriteria: Schema.optionalKey(LongText),
  phases: Schema.Array(PhaseDocument).check(Schema.isMinLength(1), Schema.isMaxLength(500))
}).annotate({ identifier: "WorkflowDocument" })
export type WorkflowDocument = typeof WorkflowDocument.Type
