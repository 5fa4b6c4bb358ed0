import type { InputIssue } from "@sluice/contracts/input/input.errors"
import { Schema } from "effect"
import { phaseFaults } from "./reference.phases.ts"
import { taskFaults } from "./reference.tasks.ts"

const texts = Schema.optionalKey(Schema.Array(Schema.String))

/** Of a document, what refers and is referred to. */
export const Skeleton = Schema.Struct({
  phases: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      order: Schema.Int,
      transitions: texts,
      terminal: Schema.optionalKey(Schema.Boolean),
      tasks: Schema.optionalKey(Schema.Array(Schema.Struct({ key: Schema.String, dependsOn: texts })))
    })
  ).check(Schema.isMinLength(1))
})

/** Every fault of a document's references, whatever else it says. */
export const checkReferences = ({ phases }: typeof Skeleton.Type): ReadonlyArray<InputIssue> => [
  ...phaseFaults(phases),
  ...taskFaults(phases)
]
