import { PER_CENT, PER_USD } from "@sluice/contracts/billing/billing.money"
import type { Money } from "@sluice/contracts/billing/billing.views"

/** Money as text. Amounts are whole numbers of 10⁻¹⁵ USD; nothing here is a float, and only what says so rounds. */

const DECIMALS = String(PER_USD).length - 1

/** Exact decimal USD, without zeros at its end: `-0.0045`, `12`, `0`. */
export const usdText = (amount: bigint): string => {
  const digits = String(magnitude(amount)).padStart(DECIMALS + 1, "0")
  const decimals = digits.slice(-DECIMALS).replace(/0+$/, "")
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -DECIMALS)}${decimals === "" ? "" : `.${decimals}`}`
}

/** An amount exactly and in USD. */
export const moneyOf = (amount: bigint): Money => ({ amount: String(amount), usd: usdText(amount) })

/** An amount in USD, rounded half even to cents: `12.34`, `-0.50`, `0.00`. */
export const centsText = (amount: bigint): string => {
  const cents = divideHalfEven(amount, PER_CENT)
  const digits = String(magnitude(cents)).padStart(3, "0")
  return `${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** A quotient rounded to a whole number, and from the middle between two to the even one. `divisor` is above 0. */
export const divideHalfEven = (dividend: bigint, divisor: bigint): bigint => {
  const quotient = dividend / divisor
  const twice = 2n * magnitude(dividend % divisor)
  const rounds = twice > divisor || (twice === divisor && quotient % 2n !== 0n)
  return rounds ? quotient + (dividend < 0n ? -1n : 1n) : quotient
}

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount)
