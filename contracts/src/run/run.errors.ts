import { Schema } from "effect"
import { BudgetExceeded } from "../budget/budget.errors.ts"
import { PhaseStatus, RunStatus, TaskStatus } from "./run.views.ts"

/** Why a command on a run is refused, beside `InputRefused`. What a refusal means on a wire is said where the wire is. */

export class RunNotFound extends Schema.TaggedError<RunNotFound>()("RunNotFound", { runId: Schema.String }) {
  override get message(): string {
    return `Run ${this.runId} not found`
  }
}
export class PhaseNotFound extends Schema.TaggedError<PhaseNotFound>()("PhaseNotFound", { phase: Schema.String }) {
  override get message(): string {
    return `The run has no phase ${this.phase}`
  }
}
export class TaskNotFound extends Schema.TaggedError<TaskNotFound>()("TaskNotFound", { task: Schema.String }) {
  override get message(): string {
    return `The run has no task ${this.task}`
  }
}
export class QuestionNotFound extends Schema.TaggedError<QuestionNotFound>()("QuestionNotFound", {
  question: Schema.String
}) {
  override get message(): string {
    return `The run has no question ${this.question}`
  }
}
export class BlockerNotFound extends Schema.TaggedError<BlockerNotFound>()("BlockerNotFound", {
  blocker: Schema.String
}) {
  override get message(): string {
    return `The run has no blocker ${this.blocker}`
  }
}

/** The run has ended. */
export class RunEnded extends Schema.TaggedError<RunEnded>()("RunEnded", { status: RunStatus }) {
  override get message(): string {
    return `The run has ended: it is ${this.status}`
  }
}
export class RunIsPaused extends Schema.TaggedError<RunIsPaused>()("RunIsPaused", {}) {
  override get message(): string {
    return "The run is paused; resume it first"
  }
}
export class CheckpointIsOpen extends Schema.TaggedError<CheckpointIsOpen>()("CheckpointIsOpen", {
  phase: Schema.String,
  approvalId: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    return `Checkpoint ${this.phase} waits for somebody to say proceed`
  }
}
/** Nothing waits at this checkpoint (any more). */
export class CheckpointNotOpen extends Schema.TaggedError<CheckpointNotOpen>()("CheckpointNotOpen", {
  phase: Schema.String,
  checkpoint: Schema.Literals(["none", "not_reached", "confirmed", "refused"])
}) {
  override get message(): string {
    const how = {
      none: "does not exist",
      not_reached: "is not reached yet",
      confirmed: "is confirmed",
      refused: "was refused"
    }
    return `Checkpoint ${this.phase} ${how[this.checkpoint]}`
  }
}
/** What has to be done before the phase may be left, the first that applies: its tasks, its gate, its sign-off. */
export class PhaseUnfinished extends Schema.TaggedError<PhaseUnfinished>()("PhaseUnfinished", {
  phase: Schema.String,
  needs: Schema.Literals(["tasks", "gate", "signoff"]),
  missing: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const what = { tasks: "its tasks to end", gate: "its gate to be ready", signoff: "its sign-off" }[this.needs]
    return `Phase ${this.phase} needs ${what}${this.missing.length === 0 ? "" : `: ${this.missing.join(", ")}`}`
  }
}
/** The phase is not in a status in which this can be done. */
export class PhaseRefuses extends Schema.TaggedError<PhaseRefuses>()("PhaseRefuses", {
  phase: Schema.String,
  status: PhaseStatus,
  what: Schema.String
}) {
  override get message(): string {
    return `Phase ${this.phase} is ${this.status.replaceAll("_", " ")}: ${this.what}`
  }
}
/** Somebody signed the phase off: nothing of this visit changes any more. */
export class PhaseLocked extends Schema.TaggedError<PhaseLocked>()("PhaseLocked", { phase: Schema.String }) {
  override get message(): string {
    return `Phase ${this.phase} is signed off and locked`
  }
}
/** The definition leads from `from` elsewhere. */
export class TransitionNotAllowed extends Schema.TaggedError<TransitionNotAllowed>()("TransitionNotAllowed", {
  from: Schema.String,
  to: Schema.NullOr(Schema.String),
  allowed: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const where = this.allowed.length === 0 ? "nowhere" : `to ${this.allowed.join(", ")}`
    return `From phase ${this.from} the run goes ${where}${this.to === null ? "" : `, not to ${this.to}`}`
  }
}
/** A question, a blocker or a block stops this. */
export class Stopped extends Schema.TaggedError<Stopped>()("Stopped", {
  by: Schema.Literals(["block", "blocker", "question"]),
  id: Schema.NullOr(Schema.String),
  reason: Schema.String
}) {
  override get message(): string {
    return `Stopped by a ${this.by}: ${this.reason}`
  }
}
export class InvalidTaskTransition extends Schema.TaggedError<InvalidTaskTransition>()("InvalidTaskTransition", {
  task: Schema.String,
  from: TaskStatus,
  to: TaskStatus
}) {
  override get message(): string {
    return `Task ${this.task}: invalid transition from ${this.from} to ${this.to}`
  }
}
export class DependenciesOpen extends Schema.TaggedError<DependenciesOpen>()("DependenciesOpen", {
  task: Schema.String,
  open: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `Task ${this.task} depends on ${this.open.join(", ")}, which must be completed first`
  }
}
/** There is a task of this key already, and it is another one. */
export class TaskExists extends Schema.TaggedError<TaskExists>()("TaskExists", { task: Schema.String }) {
  override get message(): string {
    return `The run has another task ${this.task}`
  }
}
/** A run holds so many of these at most. */
export class RunIsFull extends Schema.TaggedError<RunIsFull>()("RunIsFull", {
  what: Schema.String,
  maximum: Schema.Int
}) {
  override get message(): string {
    return `A run holds ${this.maximum} ${this.what} at most`
  }
}
/** Answered or resolved before, in other words. */
export class AlreadySettled extends Schema.TaggedError<AlreadySettled>()("AlreadySettled", { id: Schema.String }) {
  override get message(): string {
    return "This was settled before"
  }
}

/** Refusals of state: each of them is a conflict with how the run stands. */
export const RunConflict = [
  RunEnded,
  RunIsPaused,
  CheckpointIsOpen,
  CheckpointNotOpen,
  PhaseUnfinished,
  PhaseRefuses,
  PhaseLocked,
  TransitionNotAllowed,
  Stopped,
  InvalidTaskTransition,
  DependenciesOpen,
  TaskExists,
  RunIsFull,
  AlreadySettled,
  BudgetExceeded
] as const
export type RunConflict = InstanceType<(typeof RunConflict)[number]>
/** Refusals because something of the run does not exist. */
export const RunMissing = [RunNotFound, PhaseNotFound, TaskNotFound, QuestionNotFound, BlockerNotFound] as const
export type RunMissing = InstanceType<(typeof RunMissing)[number]>
