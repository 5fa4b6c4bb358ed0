import type { WorkflowDocument } from "./workflow.document.ts"

/** Commands on a workflow. */

/** Registers a document under its name. `digest`: SHA-256 of its canonical JSON, in hex. */
export interface RegisterWorkflow {
  readonly document: WorkflowDocument
  readonly digest: string
}
