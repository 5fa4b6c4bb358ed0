import { Schema } from "effect"

const Timestamp = Schema.String.pipe(Schema.annotate({ format: "date-time" }))

/** `dead`: given up, because every attempt failed or the subscription went. */
export const DeliveryStatus = Schema.Literals(["pending", "delivered", "dead"]).annotate({
  identifier: "DeliveryStatus"
})
export type DeliveryStatus = typeof DeliveryStatus.Type

/**
 * How an attempt went. `delivered`: 2xx. `refused`: any other status, redirects too. `timeout`: no answer in time.
 * `unreachable`: no connection. `forbidden-address`: the name leads where webhooks must not go; nothing was sent.
 * `interrupted`: the connection ended within the answer. `unknown`: the instance that held it died; it may have arrived.
 */
export const AttemptOutcome = Schema.Literals([
  "delivered",
  "refused",
  "timeout",
  "unreachable",
  "forbidden-address",
  "interrupted",
  "unknown"
]).annotate({ identifier: "DeliveryAttemptOutcome" })
export type AttemptOutcome = typeof AttemptOutcome.Type

export const DeliveryAttempt = Schema.Struct({
  /** Counts from 1, over redeliveries too. */
  attempt: Schema.Int,
  startedAt: Timestamp,
  outcome: AttemptOutcome,
  responseStatus: Schema.NullOr(Schema.Int),
  latencyMillis: Schema.NullOr(Schema.Int),
  /** What went wrong, in words. */
  error: Schema.NullOr(Schema.String),
  /** The first bytes of the answer, as text: 1,024 at most. */
  answer: Schema.NullOr(Schema.String)
}).annotate({ identifier: "DeliveryAttempt" })
export type DeliveryAttempt = typeof DeliveryAttempt.Type

/** The delivery of one event to one subscription. */
export const DeliveryView = Schema.Struct({
  /** The `webhook-id` of every attempt. */
  id: Schema.String,
  subscriptionId: Schema.String,
  eventId: Schema.String,
  /** `<category>.<event>`. */
  eventType: Schema.String,
  /** The event's stream. */
  subject: Schema.String,
  status: DeliveryStatus,
  /** Attempts begun. */
  attempts: Schema.Int,
  createdAt: Timestamp,
  /** Null once it has ended. */
  nextAttemptAt: Schema.NullOr(Timestamp),
  endedAt: Schema.NullOr(Timestamp),
  /** The newest attempt that is over; null before the first one is. */
  lastAttempt: Schema.NullOr(DeliveryAttempt),
  /** Why it is dead; null otherwise. */
  deadReason: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Delivery" })
export type DeliveryView = typeof DeliveryView.Type

/** A delivery with every attempt, oldest first. */
export const DeliveryWithAttempts = Schema.Struct({
  ...DeliveryView.fields,
  attemptLog: Schema.Array(DeliveryAttempt)
}).annotate({ identifier: "DeliveryWithAttempts" })
export type DeliveryWithAttempts = typeof DeliveryWithAttempts.Type
