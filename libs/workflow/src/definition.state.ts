import { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { Schema } from "effect"

/** A document that was recorded, and never changes. */

const None = Schema.Struct({ status: Schema.Literal("none") })
const Recorded = Schema.Struct({
  status: Schema.Literal("recorded"),
  /** SHA-256 of the document's canonical JSON, in hex. */
  digest: Schema.String,
  document: WorkflowDocument,
  /** RFC 3339 in UTC with milliseconds. */
  createdAt: Schema.String
})

export const DefinitionState = Schema.Union([None, Recorded])
export type DefinitionState = typeof DefinitionState.Type

export const initial: DefinitionState = { status: "none" }
