import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Role } from "@sluice/contracts/actor/actor"
import { RecordEvidence } from "@sluice/contracts/run/run.commands"
import { PhaseId, TaskKey } from "@sluice/contracts/workflow/workflow.document"
import { Schema } from "effect"
import { Person } from "./demo.story.ts"

/** What people do with one run of a workflow, step by step; `plan.json` is one, of the workflow in `plan.yaml`. */

const step = {
  by: Schema.String,
  /** The error of the contract with which the step must be refused; otherwise it must succeed. */
  refused: Schema.optionalKey(Schema.String),
  /** Show the board after it also where it cannot be redrawn in place. */
  show: Schema.optionalKey(Schema.Boolean)
}
const text = Schema.optionalKey(Schema.String)
const onTask = { ...step, task: TaskKey }
const onPhase = { ...step, phase: PhaseId }

export const PlanStep = Schema.Union([
  Schema.Struct({ does: Schema.tag("start"), ...step }),
  Schema.Struct({ does: Schema.tag("resume"), ...step }),
  Schema.Struct({ does: Schema.tag("begin"), ...onTask }),
  Schema.Struct({ does: Schema.tag("complete"), ...onTask, decision: text, risk: text, note: text }),
  Schema.Struct({ does: Schema.tag("defer"), ...onTask, reason: text }),
  Schema.Struct({
    does: Schema.tag("add"),
    ...onTask,
    phase: PhaseId,
    title: Schema.String,
    dependsOn: Schema.optionalKey(Schema.Array(TaskKey))
  }),
  Schema.Struct({ does: Schema.tag("proceed"), ...onPhase, comment: text }),
  Schema.Struct({ does: Schema.tag("review"), ...onPhase, comment: text }),
  Schema.Struct({ does: Schema.tag("pause"), ...onPhase, comment: text }),
  Schema.Struct({ does: Schema.tag("record"), ...onPhase, evidence: RecordEvidence }),
  Schema.Struct({ does: Schema.tag("sign-off"), ...onPhase }),
  Schema.Struct({ does: Schema.tag("approve"), ...onPhase, comment: text }),
  Schema.Struct({ does: Schema.tag("reject"), ...onPhase, comment: text }),
  Schema.Struct({ does: Schema.tag("ask"), ...onPhase, role: Role, text: Schema.String }),
  /** Answers the question that is open. */
  Schema.Struct({ does: Schema.tag("answer"), ...step, text: Schema.String })
]).pipe(Schema.toTaggedUnion("does"))
export type PlanStep = typeof PlanStep.Type

export const PlanStory = Schema.Struct({
  about: Schema.String,
  /** A file of YAML beside the story's. */
  workflow: Schema.String,
  /** Of the run. */
  title: Schema.String,
  people: Schema.Array(Person),
  steps: Schema.Array(PlanStep)
})
export type PlanStory = typeof PlanStory.Type

/** The plan of the demo, and its workflow's text. */
export const examplePlan = (): { readonly story: PlanStory; readonly yaml: string } => {
  const text = (file: string): string => readFileSync(join(import.meta.dirname, file), "utf8")
  const story = Schema.decodeUnknownSync(PlanStory, { errors: "all", onExcessProperty: "error" })(
    JSON.parse(text("plan.json"))
  )
  return { story, yaml: text(story.workflow) }
}

/** One step in words, for the progress line. */
export const planWords = (step: PlanStep): string => {
  const what = "task" in step ? step.task : "text" in step ? step.text : "phase" in step ? step.phase : "the run"
  return `${step.by} ${VERBS[step.does]} ${what}${step.refused === undefined ? "" : " (to be refused)"}`
}

const VERBS: Readonly<Record<PlanStep["does"], string>> = {
  start: "starts",
  resume: "resumes",
  begin: "begins",
  complete: "completes",
  defer: "defers",
  add: "adds",
  proceed: "says proceed at checkpoint",
  review: "reviews at checkpoint",
  pause: "pauses at checkpoint",
  record: "records evidence for",
  "sign-off": "asks for the sign-off of",
  approve: "signs off",
  reject: "rejects the sign-off of",
  ask: "asks:",
  answer: "answers:"
}
