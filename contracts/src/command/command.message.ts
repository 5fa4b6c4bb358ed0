import { Schema } from "effect"

/** What a command's message holds. Empty data counts as `{}`. */
export const CommandMessage = Schema.Struct({
  params: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.String).annotate({ description: "What HTTP has in the path, by name" })
  ),
  body: Schema.optionalKey(Schema.Unknown.annotate({ description: "What HTTP takes as body" }))
})

/** Headers of commands, in lower case; on the wire their case does not matter. Others are not looked at. */
export const COMMAND_HEADERS = [
  "authorization",
  "idempotency-key",
  "if-match",
  "traceparent",
  "x-trace-id",
  "content-type"
] as const

/** Headers of answers and refusals that HTTP does not have. */
export const STATUS_HEADER = "Sluice-Status"
/** Of a refusal: the sequence in the stream COMMANDS, as the publisher was told. */
export const SEQUENCE_HEADER = "Sluice-Command-Sequence"
/** Of a parked command: why. */
export const ERROR_HEADER = "Sluice-Error"
export const DELIVERIES_HEADER = "Sluice-Deliveries"
/** Of an answer whose body is larger than a message may be: it was left out, and had so many bytes. */
export const OMITTED_HEADER = "Sluice-Body-Omitted"

/** Streams and the durable of commands, as `ops/nats` declares them. */
export const COMMANDS = "COMMANDS"
export const REJECTIONS = "REJECTIONS"
export const PARKED = "PARKED"
export const COMMANDS_DURABLE = "commands"
/** Everything that is asked under `cmd` is asked of this queue group. */
export const COMMANDS_GROUP = "commands"
