import { JetStreamApiError } from "@nats-io/jetstream"
import { Schema } from "effect"

/** The broker did not do it: it is away, did not answer in time, or refused (`code` is then JetStream's error code). */
export class BrokerError extends Schema.TaggedError<BrokerError>()("BrokerError", {
  message: Schema.String,
  /** JetStream's `err_code`; 0 where the broker was away or did not answer. */
  code: Schema.Int,
  cause: Schema.Defect()
}) {
  static from(cause: unknown): BrokerError {
    if (cause instanceof BrokerError) return cause
    return new BrokerError({
      message: cause instanceof Error && cause.message !== "" ? cause.message : String(cause),
      code: cause instanceof JetStreamApiError ? cause.code : 0,
      cause
    })
  }

  static away(): BrokerError {
    return new BrokerError({ message: "The broker is away", code: 0, cause: undefined })
  }
}
