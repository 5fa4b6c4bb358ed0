import { Schema } from "effect"
import { SLOTS } from "./subscriber.names.ts"

/** Why a request about subscribers is refused. */

export class SubscriberNotFound extends Schema.TaggedError<SubscriberNotFound>()("SubscriberNotFound", {
  name: Schema.String
}) {
  override get message(): string {
    return `There is no subscriber ${this.name}`
  }
}

/** There is one of that name, for other types of events. */
export class SubscriberDiffers extends Schema.TaggedError<SubscriberDiffers>()("SubscriberDiffers", {
  name: Schema.String,
  types: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `There is a subscriber ${this.name} for ${this.types.join(", ")} already; remove it first, or choose another name`
  }
}

export class SubscribersUsedUp extends Schema.TaggedError<SubscribersUsedUp>()("SubscribersUsedUp", {
  maximum: Schema.Int
}) {
  override get message(): string {
    return `A tenant has ${SLOTS} subscribers at most, and all are in use; remove one first`
  }
}
