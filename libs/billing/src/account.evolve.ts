import type { BillingEvent } from "@sluice/contracts/billing/billing.events"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import { jsonHash } from "@sluice/contracts/json/json.canonical"
import type { AccountState } from "./account.state.ts"

/** The state after one more fact. Total: a month is never opened again. */
export const evolve = (state: AccountState, fact: Fact<BillingEvent>): AccountState => {
  const { version, recordedAt, actor } = fact
  switch (fact.type) {
    case "billing.prices-published": {
      const { prices, ...book } = fact.data
      const published = { ...book, digest: jsonHash(prices), publishedAt: recordedAt, publishedBy: actor }
      return { ...state, version, books: [...state.books, published] }
    }
    case "billing.credited":
      return { ...state, version, posting: { kind: "credit", ...fact.data, at: recordedAt, by: actor } }
    case "billing.adjusted":
      return { ...state, version, posting: { kind: "adjustment", ...fact.data, at: recordedAt, by: actor } }
    case "billing.month-closed": {
      const { month } = fact.data
      const { closedThrough } = state
      return {
        ...state,
        version,
        closedThrough: closedThrough === null || closedThrough < month ? month : closedThrough
      }
    }
    default:
      fact satisfies never
      return state
  }
}
