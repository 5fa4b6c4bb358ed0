import { Schema } from "effect"

/** How a command is refused that came over NATS, beside the ways that HTTP has too. */

/** The subject names no command; it needs four tokens, the last two of which are the command's name. Status 404. */
export class CommandUnknown extends Schema.TaggedError<CommandUnknown>()("CommandUnknown", {
  subject: Schema.String
}) {
  override get message(): string {
    return `There is no command ${this.subject}; /asyncapi.json lists the subjects of commands`
  }
}

/** The token is another tenant's than the subject. Status 403. */
export class TenantMismatch extends Schema.TaggedError<TenantMismatch>()("TenantMismatch", {
  tenant: Schema.String
}) {
  override get message(): string {
    return `The token is not one of the tenant ${this.tenant}, whom the subject names`
  }
}

/** A request that nobody waits for, or that wants its answer on a subject of Sluice's own: nothing was done. Status 400. */
export class ReplyMissing extends Schema.TaggedError<ReplyMissing>()("ReplyMissing", {}) {
  override get message(): string {
    return "A request needs a reply subject of the caller's own; leave a command that nobody waits for under cmdq"
  }
}

/** A queued command that could not be handled again and again; operators decide what becomes of it. Status 500. */
export class CommandParked extends Schema.TaggedError<CommandParked>()("CommandParked", {
  deliveries: Schema.Int
}) {
  override get message(): string {
    return `The command could not be handled in ${this.deliveries} deliveries and is kept for operators to look at`
  }
}
