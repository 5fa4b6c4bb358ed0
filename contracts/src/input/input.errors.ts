import { Schema } from "effect"

/** One fault of an input; `pointer` is a JSON Pointer (RFC 6901) into it. */
export const InputIssue = Schema.Struct({ pointer: Schema.String, message: Schema.String })
export type InputIssue = typeof InputIssue.Type

/** The input is of the right shape and still refused by a rule that needs more than the shape, the time for example. */
export class InputRefused extends Schema.TaggedError<InputRefused>()("InputRefused", {
  issues: Schema.Array(InputIssue)
}) {
  override get message(): string {
    return this.issues.map((issue) => `${issue.pointer} ${issue.message}`).join("; ")
  }
}
