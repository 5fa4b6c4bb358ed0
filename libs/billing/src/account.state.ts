import { Actor } from "@sluice/contracts/actor/actor"
import { Amount, Month, SignedAmount } from "@sluice/contracts/billing/billing.money"
import { Schema } from "effect"

/** What a tenant's account is, folded from its events. Times are RFC 3339 in UTC with milliseconds. */

/** A price book without its prices, which the ledger keeps; `digest` tells whether others are the same. */
const Published = Schema.Struct({
  version: Schema.Int,
  effectiveFrom: Schema.String,
  digest: Schema.String,
  publishedAt: Schema.String,
  publishedBy: Actor
})
const posted = { id: Schema.String, reason: Schema.String, at: Schema.String, by: Actor }
const Posting = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("credit"), ...posted, amount: Amount }),
  Schema.Struct({
    kind: Schema.Literal("adjustment"),
    ...posted,
    amount: SignedAmount,
    corrects: Schema.NullOr(Schema.String)
  })
])

export const AccountState = Schema.Struct({
  /** Of the stream; 0: nothing has been commanded yet. */
  version: Schema.Int,
  /** The last month that is closed, and every earlier one with it; null: none. */
  closedThrough: Schema.NullOr(Month),
  /** Price books, by version. */
  books: Schema.Array(Published),
  /** The newest credit or adjustment. */
  posting: Schema.NullOr(Posting)
})
export type AccountState = typeof AccountState.Type
export type PublishedBook = typeof Published.Type

export const initial: AccountState = { version: 0, closedThrough: null, books: [], posting: null }

/** The book in force at a time: the newest of those that took effect last. */
export const inForceAt = ({ books }: AccountState, at: string): PublishedBook | undefined => {
  let found: PublishedBook | undefined
  for (const book of books)
    if (book.effectiveFrom <= at && (found === undefined || book.effectiveFrom >= found.effectiveFrom)) found = book
  return found
}
