import { Schema } from "effect"
import { TimestampInput } from "../time/time.timestamp.ts"
import { Tier } from "./billing.events.ts"
import { Amount, Price, SignedAmount } from "./billing.money.ts"

/** Bodies of billing's commands, as HTTP (and later NATS) carries them. Which meters there are, and how tiers go: `@sluice/billing`. */

const Meter = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100))
const Model = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))
const Reason = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(4000))

/** What a meter costs: one price, or tiers by what the tenant uses of it in a month. `model`: default `*`, any other. */
export const PriceInput = Schema.Struct({
  meter: Meter,
  model: Schema.optionalKey(Model),
  price: Schema.optionalKey(Price),
  tiers: Schema.optionalKey(Schema.Array(Tier).check(Schema.isMinLength(1), Schema.isMaxLength(20)))
})
  .check(
    Schema.makeFilter(
      ({ price, tiers }) => (price === undefined) !== (tiers === undefined) || "needs either price or tiers"
    )
  )
  .annotate({ identifier: "PriceInput" })
export type PriceInput = typeof PriceInput.Type

/** A whole price book: what is not in it has no price from `effectiveFrom` on. */
export const PublishPrices = Schema.Struct({
  effectiveFrom: TimestampInput,
  prices: Schema.Array(PriceInput).check(Schema.isMaxLength(1000))
}).annotate({ identifier: "PublishPrices" })
export type PublishPrices = typeof PublishPrices.Type

const Positive = Amount.check(Schema.makeFilter((amount) => amount !== "0" || "must be above 0"))
const NotZero = SignedAmount.check(Schema.makeFilter((amount) => amount !== "0" || "must not be 0"))

export const GrantCredit = Schema.Struct({ amount: Positive, reason: Reason }).annotate({ identifier: "GrantCredit" })
export type GrantCredit = typeof GrantCredit.Type

/** Positive: in the tenant's favour. `corrects`: the ledger entry that was wrong. */
export const PostAdjustment = Schema.Struct({
  amount: NotZero,
  reason: Reason,
  corrects: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^\d+-\d+$/u, { message: "must be a ledger entry's id" }))
  )
}).annotate({ identifier: "PostAdjustment" })
export type PostAdjustment = typeof PostAdjustment.Type

/** What n tasks may cost: by what tasks cost so far, or by given averages. */
export const Forecast = Schema.Struct({
  tasks: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })),
  /** Percent on top; default 0. */
  margin: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))),
  /** Takes the place of history. */
  averages: Schema.optionalKey(
    Schema.Struct({
      /** Units of each meter that a task uses. */
      usage: Schema.Array(
        Schema.Struct({
          meter: Meter,
          model: Schema.optionalKey(Model),
          quantity: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
          /** Default: what the price book in force says. */
          price: Schema.optionalKey(Price)
        })
      ).check(Schema.isMinLength(1), Schema.isMaxLength(50))
    })
  )
}).annotate({ identifier: "Forecast" })
export type Forecast = typeof Forecast.Type
