import { WorkflowVersionView } from "@sluice/contracts/workflow/workflow.views"
import { Schema } from "effect"

/** What a workflow is, folded from its events. Times are RFC 3339 in UTC with milliseconds. */

const None = Schema.Struct({ status: Schema.Literal("none") })
const Registered = Schema.Struct({
  status: Schema.Literal("registered"),
  name: Schema.String,
  /** Of the newest version. */
  description: Schema.NullOr(Schema.String),
  /** Each event adds one, so the number of the newest one is the stream's version. */
  versions: Schema.Array(WorkflowVersionView),
  version: Schema.Int,
  createdAt: Schema.String,
  updatedAt: Schema.String
})

export const WorkflowState = Schema.Union([None, Registered])
export type WorkflowState = typeof WorkflowState.Type
/** A workflow that exists. */
export type RegisteredWorkflow = typeof Registered.Type

export const initial: WorkflowState = { status: "none" }
