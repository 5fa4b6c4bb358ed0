import { Schema } from "effect"
import { InputRefused } from "../input/input.errors.ts"

/** Why a command on a subscription is refused. What a refusal means on a wire (an HTTP status, say) is said where the wire is. */

/** There is none under this id, or none any more. */
export class SubscriptionNotFound extends Schema.TaggedError<SubscriptionNotFound>()("SubscriptionNotFound", {
  subscriptionId: Schema.String
}) {
  override get message(): string {
    return `Subscription ${this.subscriptionId} not found`
  }
}

/** Nothing is sent to an endpoint that is paused or disabled. */
export class SubscriptionInactive extends Schema.TaggedError<SubscriptionInactive>()("SubscriptionInactive", {
  subscriptionId: Schema.String,
  status: Schema.Literals(["paused", "disabled"])
}) {
  override get message(): string {
    return `The subscription is ${this.status}; set active to true first`
  }
}

export const SubscriptionRefusal = Schema.Union([SubscriptionNotFound, SubscriptionInactive, InputRefused])
export type SubscriptionRefusal = typeof SubscriptionRefusal.Type
