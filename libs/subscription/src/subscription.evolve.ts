import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { SubscriptionEvent } from "@sluice/contracts/subscription/subscription.events"
import type { CreatedSubscription, SubscriptionState } from "./subscription.state.ts"

/**
 * The state after one more fact. Total: nothing but `subscription.created` begins a subscription, nothing changes one that is
 * deleted, and only an active one is paused or disabled; a fact that cannot follow counts as the newest event alone.
 */
export const evolve = (state: SubscriptionState, fact: Fact<SubscriptionEvent>): SubscriptionState => {
  if (state.status === "none") return fact.type === "subscription.created" ? created(fact) : state
  const seen: CreatedSubscription = { ...state, version: fact.version, updatedAt: fact.recordedAt }
  if (seen.status === "deleted") return seen
  switch (fact.type) {
    case "subscription.updated":
      return { ...seen, ...fact.data }
    case "subscription.paused":
      return seen.status === "active" ? { ...seen, status: "paused" } : seen
    case "subscription.activated":
      return { ...settings(seen), status: "active" }
    case "subscription.disabled":
      return seen.status === "active"
        ? { ...seen, status: "disabled", disabled: { ...fact.data, at: fact.recordedAt } }
        : seen
    case "subscription.secret-rotated": {
      const { secretId, previousUntil } = fact.data
      return { ...seen, secretId, previousSecret: { secretId: seen.secretId, until: previousUntil } }
    }
    case "subscription.deleted":
      return { ...settings(seen), status: "deleted" }
    default:
      fact satisfies Fact<Exclude<SubscriptionEvent, { type: Changing }>>
      return seen
  }
}

type Changing = `subscription.${"updated" | "paused" | "activated" | "disabled" | "secret-rotated" | "deleted"}`

const created = (fact: Fact<Extract<SubscriptionEvent, { type: "subscription.created" }>>): SubscriptionState => {
  const { name, endpoint, types, strictOrder, secretId } = fact.data
  return {
    status: "active",
    name,
    endpoint,
    types,
    strictOrder,
    secretId,
    previousSecret: null,
    owner: fact.actor,
    version: fact.version,
    createdAt: fact.recordedAt,
    updatedAt: fact.recordedAt
  }
}

/** Without what belongs to one status alone. */
const settings = (state: CreatedSubscription) => {
  const { name, endpoint, types, strictOrder, secretId, previousSecret, owner, version, createdAt, updatedAt } = state
  return { name, endpoint, types, strictOrder, secretId, previousSecret, owner, version, createdAt, updatedAt }
}
