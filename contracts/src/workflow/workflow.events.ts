import { Schema } from "effect"
import { WorkflowDocument } from "./workflow.document.ts"

/** Events of workflows, newest shapes. Wire name `sluice.workflow.<event>.v1`; who acted and when is in the envelope. */

/** A version was added; versions count from 1. The document is in `definition.recorded`, whose stream the digest names. */
export const WorkflowVersionRegistered = Schema.Struct({
  type: Schema.tag("workflow.version-registered"),
  data: Schema.Struct({
    name: Schema.String,
    version: Schema.Int,
    /** SHA-256 of the document's canonical JSON, in hex. */
    digest: Schema.String,
    description: Schema.NullOr(Schema.String),
    phases: Schema.Int,
    tasks: Schema.Int
  })
})
export const WorkflowEvent = Schema.Union([WorkflowVersionRegistered]).pipe(Schema.toTaggedUnion("type"))
export type WorkflowEvent = typeof WorkflowEvent.Type

/** The document of one version, in a stream of its own that has this one event. */
export const DefinitionRecorded = Schema.Struct({
  type: Schema.tag("definition.recorded"),
  data: Schema.Struct({ digest: Schema.String, document: WorkflowDocument })
})
export const DefinitionEvent = Schema.Union([DefinitionRecorded]).pipe(Schema.toTaggedUnion("type"))
export type DefinitionEvent = typeof DefinitionEvent.Type
