import { Schema } from "effect"

/**
 * Money is a whole number of 10⁻¹⁵ USD, in JSON as text: no client can round it. A quantity counts whole units of its meter; sums of
 * quantities are text for the same reason.
 */

const whole = (pattern: RegExp, message: string) => Schema.String.check(Schema.isPattern(pattern, { message }))

/** An amount, never negative. */
export const Amount = whole(/^(0|[1-9]\d{0,32})$/u, "must be a whole number of 10⁻¹⁵ USD, as text").annotate({
  identifier: "Amount"
})
/** An amount that is charged (negative) or given (positive). */
export const SignedAmount = whole(
  /^(0|-?[1-9]\d{0,32})$/u,
  "must be a whole number of 10⁻¹⁵ USD, as text, negative for a charge"
).annotate({ identifier: "SignedAmount" })
/** A price: whole nano-USD per million units. Times a quantity it is an amount, without a remainder. */
export const Price = whole(
  /^(0|[1-9]\d{0,17})$/u,
  "must be a whole number of nano-USD per million units, as text"
).annotate({
  identifier: "Price"
})
export const Quantity = whole(/^(0|[1-9]\d{0,30})$/u, "must be a whole number of units, as text").annotate({
  identifier: "Quantity"
})

/** 10⁻¹⁵ USD in one USD, and in one cent. */
export const PER_USD = 10n ** 15n
export const PER_CENT = 10n ** 13n

/** A month of the calendar in UTC, `2026-10`. */
export const Month = whole(/^(?!0000)\d{4}-(0[1-9]|1[0-2])$/u, "must be a month, for example 2026-10").annotate({
  identifier: "Month"
})
export type Month = typeof Month.Type
