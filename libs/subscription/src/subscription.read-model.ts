import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { without } from "@sluice/contracts/json/json.without"
import type { SubscriptionState } from "./subscription.state.ts"
import { subscription } from "./subscription.stream.ts"
import { view } from "./subscription.view.ts"

/**
 * The rows of `sluice.subscriptions`: `view` is what is read, `fold` what the state holds beside it. Together they are the
 * state, so the next event is applied to the row alone. A deleted subscription keeps its row; who reads leaves it out.
 */
export const subscriptionReadModel = {
  name: "subscriptions",
  category: subscription.category,
  initial: subscription.initial,
  evolve: subscription.evolve,
  /** Of a subscription that was never created there is no row. */
  toRow: (id: string, state: SubscriptionState) => {
    if (state.status === "none") return undefined
    const shown = view(id, state) as unknown as JsonObject
    return { version: state.version, view: shown, fold: without(subscription.encode(state), shown) }
  },
  /** Throws a `SchemaError` for what is no row of this version of the fold. */
  ofRow: (row: { readonly view: JsonObject; readonly fold: JsonObject }): SubscriptionState =>
    subscription.decode({ ...row.view, ...row.fold })
} as const
