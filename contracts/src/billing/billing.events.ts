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

export const PricesPublished = Schema.Struct({
  type: Schema.tag("billing.prices-published"),
  data: Schema.Struct({
    version: Schema.Int.annotate({ description: "Versions count from 1." }),
    effectiveFrom: Schema.String.annotate({ description: "RFC 3339, UTC." }),
    prices: Schema.Array(PriceLine)
  })
}).annotate({ description: "A price book was published, whole: in force from `effectiveFrom` until the next one." })
export const Credited = Schema.Struct({
  type: Schema.tag("billing.credited"),
  data: Schema.Struct({ id: Schema.String, amount: Amount, reason: Schema.String })
}).annotate({ description: "The tenant was given an amount." })
export const Adjusted = Schema.Struct({
  type: Schema.tag("billing.adjusted"),
  data: Schema.Struct({
    id: Schema.String,
    amount: SignedAmount,
    reason: Schema.String,
    corrects: Schema.NullOr(Schema.String).annotate({ description: "The id of a ledger entry." })
  })
}).annotate({ description: "The account was corrected by hand." })
export const MonthClosed = Schema.Struct({
  type: Schema.tag("billing.month-closed"),
  data: Schema.Struct({ month: Month })
}).annotate({
  description:
    "A month's statement is final, and so is every earlier one; what comes later for such a month goes onto the next statement."
})

export const BillingEvent = Schema.Union([PricesPublished, Credited, Adjusted, MonthClosed]).pipe(
  Schema.toTaggedUnion("type")
)
export type BillingEvent = typeof BillingEvent.Type
