import { Actor } from "@sluice/contracts/actor/actor"
import { Schema } from "effect"

/** What a subscription is, folded from its events: one shape per kind of status. Times are RFC 3339 in UTC with milliseconds. */

const None = Schema.Struct({ status: Schema.Literal("none") })

const common = {
  name: Schema.String,
  endpoint: Schema.String,
  types: Schema.Array(Schema.String),
  strictOrder: Schema.Boolean,
  /** Names the secret that signs. */
  secretId: Schema.String,
  /** The secret before the last rotation, which signs too until then; null before the first one. */
  previousSecret: Schema.NullOr(Schema.Struct({ secretId: Schema.String, until: Schema.String })),
  /** Who created it. */
  owner: Actor,
  version: Schema.Int,
  createdAt: Schema.String,
  /** Time of the newest event. */
  updatedAt: Schema.String
}

const Open = Schema.Struct({ status: Schema.Literals(["active", "paused"]), ...common })
const Disabled = Schema.Struct({
  status: Schema.Literal("disabled"),
  ...common,
  disabled: Schema.Struct({
    reason: Schema.Literals(["failing", "gone"]),
    failingSince: Schema.String,
    at: Schema.String
  })
})
const Deleted = Schema.Struct({ status: Schema.Literal("deleted"), ...common })

export const SubscriptionState = Schema.Union([None, Open, Disabled, Deleted])
export type SubscriptionState = typeof SubscriptionState.Type
/** A subscription that was created, though it may be deleted by now. */
export type CreatedSubscription = Exclude<SubscriptionState, { readonly status: "none" }>
/** A subscription that commands find. */
export type LiveSubscription = Exclude<CreatedSubscription, { readonly status: "deleted" }>

export const initial: SubscriptionState = { status: "none" }
