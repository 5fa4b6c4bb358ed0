import type { Tier } from "@sluice/contracts/billing/billing.events"

/**
 * What a quantity costs under graduated tiers, in 10⁻¹⁵ USD, when `before` units were used already: units up to a tier's end cost
 * that tier's price. Additive: any way of cutting a quantity costs the same.
 */
export const tierCost = (tiers: ReadonlyArray<Tier>, before: bigint, quantity: bigint): bigint => {
  const [only] = tiers
  if (tiers.length === 1 && only !== undefined) return quantity * BigInt(only.price)
  const end = before + quantity
  let cost = 0n
  let from = 0n
  for (const { upTo, price } of tiers) {
    const to = upTo === null ? end : BigInt(upTo)
    const units = (to < end ? to : end) - (from > before ? from : before)
    if (units > 0n) cost += units * BigInt(price)
    from = to
  }
  return cost
}
