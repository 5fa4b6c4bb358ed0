import type { SubscriptionView } from "@sluice/contracts/subscription/subscription.views"
import type { SubscriptionState } from "./subscription.state.ts"

/** The subscription as it is read. Of one that was never created there is no view: asking for it is a defect and throws. */
export const view = (id: string, state: SubscriptionState): SubscriptionView => {
  if (state.status === "none") throw new Error(`Subscription ${id} does not exist, so there is nothing to show`)
  const { name, endpoint, types, strictOrder, status, owner, version, createdAt, updatedAt } = state
  return {
    id,
    name,
    endpoint,
    types,
    strictOrder,
    active: status === "active",
    status,
    disabled: state.status === "disabled" ? state.disabled : null,
    previousSecretUntil: state.previousSecret?.until ?? null,
    owner,
    version,
    createdAt,
    updatedAt
  }
}
