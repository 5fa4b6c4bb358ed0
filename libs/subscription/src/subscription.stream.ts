import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { Schema } from "effect"
import { evolve } from "./subscription.evolve.ts"
import { initial, SubscriptionState } from "./subscription.state.ts"

/** The narrow way in: what an event store has to know in order to load a subscription and to keep snapshots of it. */
export const subscription = {
  category: "subscription",
  /** Goes up with every change of `SubscriptionState` or `evolve`; snapshots of another version are not used. */
  foldVersion: 1,
  initial,
  evolve,
  encode: Schema.encodeSync(SubscriptionState) as (state: SubscriptionState) => JsonObject,
  /** Throws a `SchemaError` for what is no snapshot of this version. */
  decode: Schema.decodeUnknownSync(SubscriptionState)
} as const
