import { Schema } from "effect"

/** The demo cannot go on; the message says why in one sentence, or one problem a line. */
export class DemoFailed extends Schema.TaggedError<DemoFailed>()("DemoFailed", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }

  static because(reason: string): DemoFailed {
    return new DemoFailed({ reason })
  }
}
