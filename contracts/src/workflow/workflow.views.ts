import { Schema } from "effect"
import { WorkflowDocument } from "./workflow.document.ts"

const Timestamp = Schema.String.pipe(Schema.annotate({ format: "date-time" }))

export const WorkflowVersionView = Schema.Struct({
  version: Schema.Int,
  /** SHA-256 of the document's canonical JSON, in hex. */
  digest: Schema.String,
  phases: Schema.Int,
  tasks: Schema.Int,
  createdAt: Timestamp
}).annotate({ identifier: "WorkflowVersion" })

/** A workflow as lists show it. `version` is its newest one, and the resource's `ETag`. */
export const WorkflowView = Schema.Struct({
  name: Schema.String,
  description: Schema.NullOr(Schema.String),
  version: Schema.Int,
  digest: Schema.String,
  versions: Schema.Array(WorkflowVersionView),
  createdAt: Timestamp,
  updatedAt: Timestamp
}).annotate({ identifier: "Workflow" })
export type WorkflowView = typeof WorkflowView.Type

/** One version with its document. */
export const WorkflowContent = Schema.Struct({
  name: Schema.String,
  version: Schema.Int,
  digest: Schema.String,
  createdAt: Timestamp,
  document: WorkflowDocument
}).annotate({ identifier: "WorkflowContent" })
export type WorkflowContent = typeof WorkflowContent.Type
