import type { PublishPrices } from "@sluice/contracts/billing/billing.commands"
import type { PostingView, PricesView } from "@sluice/contracts/billing/billing.views"
import { DateTime } from "effect"
import { normalLines } from "./account.rules.ts"
import { type AccountState, inForceAt } from "./account.state.ts"
import { moneyOf } from "./money.text.ts"

/** What commands on an account answer. The state after them is enough for it, so that a repeat is answered alike. */

/** The book that this command published, or that was in force with the same prices; asking for another one is a defect and throws. */
export const publishedView = (state: AccountState, { effectiveFrom, prices }: PublishPrices): PricesView => {
  const book = inForceAt(state, DateTime.formatIso(effectiveFrom))
  if (book === undefined) throw new Error("Nothing was published for this time, so there is nothing to show")
  const { version, publishedAt, publishedBy } = book
  return { version, effectiveFrom: book.effectiveFrom, prices: normalLines(prices), publishedAt, publishedBy }
}

/** The newest posting. Without one it is a defect and throws. */
export const postingView = ({ posting }: AccountState): PostingView => {
  if (posting === null) throw new Error("Nothing was posted, so there is nothing to show")
  const { id, kind, amount, reason, at, by } = posting
  const corrects = posting.kind === "adjustment" ? posting.corrects : null
  return { id, kind, ...moneyOf(BigInt(amount)), reason, corrects, at, by }
}
