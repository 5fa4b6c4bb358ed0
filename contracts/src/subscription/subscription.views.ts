import { Schema } from "effect"
import { Actor } from "../actor/actor.ts"

const Timestamp = Schema.String.pipe(Schema.annotate({ format: "date-time" }))

/** `disabled`: Sluice gave it up. `deleted` is the answer of a deletion alone. */
export const SubscriptionStatus = Schema.Literals(["active", "paused", "disabled", "deleted"]).annotate({
  identifier: "SubscriptionStatus"
})
export type SubscriptionStatus = typeof SubscriptionStatus.Type

/** A subscription as it is read. Its secret is not in it. */
export const SubscriptionView = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  endpoint: Schema.String,
  types: Schema.Array(Schema.String),
  strictOrder: Schema.Boolean,
  /** Whether events are delivered: its status is `active`. */
  active: Schema.Boolean,
  status: SubscriptionStatus,
  /** Why and since when it was given up; null unless `disabled`. */
  disabled: Schema.NullOr(
    Schema.Struct({ reason: Schema.Literals(["failing", "gone"]), failingSince: Timestamp, at: Timestamp })
  ),
  /** Until when the secret before the last rotation signs too; null where there is none. */
  previousSecretUntil: Schema.NullOr(Timestamp),
  /** Who created it: told when it is disabled. */
  owner: Actor,
  version: Schema.Int,
  createdAt: Timestamp,
  updatedAt: Timestamp
}).annotate({ identifier: "Subscription" })
export type SubscriptionView = typeof SubscriptionView.Type

/**
 * The answer to creating a subscription or rotating its secret: the only time that the secret is shown. A repeat under the
 * same `Idempotency-Key` answers without it; whoever lost it rotates.
 */
export const SubscriptionWithSecret = Schema.Struct({
  ...SubscriptionView.fields,
  /** `whsec_` and 32 bytes in base64, as Standard Webhooks has it. */
  secret: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "SubscriptionWithSecret" })
export type SubscriptionWithSecret = typeof SubscriptionWithSecret.Type
