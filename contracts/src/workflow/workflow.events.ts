import { Schema } from "effect"
import { WorkflowDocument } from "./workflow.document.ts"

/** Events of workflows, newest shapes. Wire name `sluice.workflow.<event>.v1`; who acted and when is in the envelope. */

export const WorkflowVersionRegistered = Schema.Struct({
  type: Schema.tag("workflow.version-registered"),
  data: Schema.Struct({
    name: Schema.String,
    version: Schema.Int,
    digest: Schema.String.annotate({ description: "SHA-256 of the document's canonical JSON, in hex." }),
    description: Schema.NullOr(Schema.String),
    phases: Schema.Int.annotate({ description: "How many the document has." }),
    tasks: Schema.Int.annotate({ description: "How many the document has." })
  })
}).annotate({
  description:
    "A version of a workflow was added; versions count from 1. Its document is in `definition.recorded`, whose stream the digest names."
})
export const WorkflowEvent = Schema.Union([WorkflowVersionRegistered]).pipe(Schema.toTaggedUnion("type"))
export type WorkflowEvent = typeof WorkflowEvent.Type

export const DefinitionRecorded = Schema.Struct({
  type: Schema.tag("definition.recorded"),
  data: Schema.Struct({ digest: Schema.String, document: WorkflowDocument })
}).annotate({
  description: "The document of one version of a workflow, in a stream of its own that has this one event."
})
export const DefinitionEvent = Schema.Union([DefinitionRecorded]).pipe(Schema.toTaggedUnion("type"))
export type DefinitionEvent = typeof DefinitionEvent.Type
