import { Schema } from "effect"

/** Why a command on a workflow is refused, beside `InputRefused`. */

export class WorkflowNotFound extends Schema.TaggedError<WorkflowNotFound>()("WorkflowNotFound", {
  workflow: Schema.String,
  version: Schema.NullOr(Schema.Int)
}) {
  override get message(): string {
    return this.version === null
      ? `Workflow ${this.workflow} not found`
      : `Workflow ${this.workflow} has no version ${this.version}`
  }
}

/** One fault of a document. `line` and `column` count from 1 and are null for JSON that was not read as text. */
export const DocumentIssue = Schema.Struct({
  pointer: Schema.String,
  message: Schema.String,
  line: Schema.NullOr(Schema.Int),
  column: Schema.NullOr(Schema.Int)
})
export type DocumentIssue = typeof DocumentIssue.Type

/** The document is no workflow; every fault is listed, in the order of its lines. */
export class WorkflowInvalid extends Schema.TaggedError<WorkflowInvalid>()("WorkflowInvalid", {
  issues: Schema.Array(DocumentIssue)
}) {
  override get message(): string {
    return this.issues
      .map(({ line, pointer, message }) => `${line === null ? pointer : `line ${line}: ${pointer}`} ${message}`)
      .join("; ")
  }
}
