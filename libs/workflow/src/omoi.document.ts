import { Schema } from "effect"

/** The neighbouring shape of a workflow's file; of its own fields those that have a meaning here. */

const text = Schema.optionalKey(Schema.NullOr(Schema.String))
const texts = Schema.optionalKey(Schema.Array(Schema.String))

export const OmoiPhase = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  description: text,
  sequence_order: Schema.Int,
  allowed_transitions: texts,
  is_terminal: Schema.optionalKey(Schema.Boolean),
  done_definitions: texts,
  expected_outputs: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        type: Schema.String,
        pattern: Schema.String,
        required: Schema.optionalKey(Schema.Boolean),
        validation_rule: text
      })
    )
  ),
  phase_prompt: text,
  next_steps_guide: texts
})
export type OmoiPhase = typeof OmoiPhase.Type

export const OmoiWorkflow = Schema.Struct({
  name: Schema.String,
  description: text,
  result_criteria: text,
  phases: Schema.Array(OmoiPhase)
})
export type OmoiWorkflow = typeof OmoiWorkflow.Type

/** What a field is called there that is called so in a document. */
export const OMOI_NAMES: Readonly<Record<string, string>> = {
  resultCriteria: "result_criteria",
  order: "sequence_order",
  transitions: "allowed_transitions",
  terminal: "is_terminal",
  doneDefinitions: "done_definitions",
  expectedOutputs: "expected_outputs",
  validation: "validation_rule",
  prompt: "phase_prompt",
  nextSteps: "next_steps_guide"
}
