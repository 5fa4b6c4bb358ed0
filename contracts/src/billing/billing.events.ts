import { Schema } from "effect"
import { Amount, Month, Price, Quantity, SignedAmount } from "./billing.money.ts"

/** Events of a tenant's account, newest shapes. Wire name `sluice.billing.<event>.v1`; who acted and when is in the envelope. */

/** Units up to `upTo` in the month cost `price` each, less what the tiers before took; `upTo` null: all the rest. */
export const Tier = Schema.Struct({ upTo: Schema.NullOr(Quantity), price: Price }).annotate({ identifier: "PriceTier" })
export type Tier = typeof Tier.Type

/** What a meter costs. `model` `*`: whichever has no price of its own. Tiers ascend, the last one is open. */
export const PriceLine = Schema.Struct({
  meter: Schema.String,
  model: Schema.String,
  tiers: Schema.Array(Tier)
}).annotate({
  identifier: "PriceLine"
})
export type PriceLine = typeof PriceLine.Type

/** A price book, whole: in force from `effectiveFrom` (RFC 3339, UTC) until the next one. Versions count from 1. */
export const PricesPublished = Schema.Struct({
  type: Schema.tag("billing.prices-published"),
  data: Schema.Struct({ version: Schema.Int, effectiveFrom: Schema.String, prices: Schema.Array(PriceLine) })
})
export const Credited = Schema.Struct({
  type: Schema.tag("billing.credited"),
  data: Schema.Struct({ id: Schema.String, amount: Amount, reason: Schema.String })
})
/** A correction by hand; `corrects` names a ledger entry. */
export const Adjusted = Schema.Struct({
  type: Schema.tag("billing.adjusted"),
  data: Schema.Struct({
    id: Schema.String,
    amount: SignedAmount,
    reason: Schema.String,
    corrects: Schema.NullOr(Schema.String)
  })
})
/** The month's statement is final, and so is every earlier one. What comes later for such a month goes onto the next statement. */
export const MonthClosed = Schema.Struct({
  type: Schema.tag("billing.month-closed"),
  data: Schema.Struct({ month: Month })
})

export const BillingEvent = Schema.Union([PricesPublished, Credited, Adjusted, MonthClosed]).pipe(
  Schema.toTaggedUnion("type")
)
export type BillingEvent = typeof BillingEvent.Type
