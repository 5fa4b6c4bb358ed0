import { PriceInput, type PublishPrices } from "@sluice/contracts/billing/billing.commands"
import type { PriceLine } from "@sluice/contracts/billing/billing.events"
import type { InputIssue } from "@sluice/contracts/input/input.errors"
import { TimestampInput } from "@sluice/contracts/time/time.timestamp"
import { DateTime, Option, Schema } from "effect"
import type { AccountState } from "./account.state.ts"
import { monthOf } from "./calendar.ts"
import { hasModels, isMeter } from "./meters.ts"

/** What a price book may say, beside its shape. */

/** The model of a line that is for whichever has none of its own. */
const ANY = "*"

/** Everything that is wrong with a book. */
export const bookIssues = (
  state: AccountState,
  { effectiveFrom, prices }: PublishPrices
): ReadonlyArray<InputIssue> => [...closedIssues(state, effectiveFrom), ...priceIssues(prices)]

const decodeTime = Schema.decodeUnknownOption(TimestampInput)
const decodePrice = Schema.decodeUnknownOption(PriceInput)

/** What is wrong with those parts of a body that have their right shape, though the whole has not: so every fault is told at once. */
export const sentBookIssues =
  (state: AccountState) =>
  (sent: unknown): ReadonlyArray<InputIssue> => {
    const { effectiveFrom, prices } = Object(sent) as { readonly effectiveFrom?: unknown; readonly prices?: unknown }
    const from = Option.getOrUndefined(decodeTime(effectiveFrom))
    const lines = Array.isArray(prices) ? prices.slice(0, PRICES_MAXIMUM) : []
    return [
      ...(from === undefined ? [] : closedIssues(state, from)),
      ...priceIssues(lines.map((line) => Option.getOrUndefined(decodePrice(line))))
    ]
  }

const PRICES_MAXIMUM = 1000

/** A book as events carry it: equal books are equal values. */
export const normalLines = (prices: PublishPrices["prices"]): ReadonlyArray<PriceLine> =>
  prices
    .map(({ meter, model = ANY, price, tiers }) => ({
      meter,
      model,
      tiers: tiers ?? [{ upTo: null, price: price as string }]
    }))
    .toSorted((left, right) => compare(left.meter, right.meter) || compare(left.model, right.model))

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

const closedIssues = (
  { closedThrough }: AccountState,
  effectiveFrom: PublishPrices["effectiveFrom"]
): ReadonlyArray<InputIssue> => {
  const month = monthOf(DateTime.formatIso(effectiveFrom))
  return closedThrough === null || month > closedThrough
    ? []
    : [{ pointer: "/effectiveFrom", message: `must not lie in a closed month; ${closedThrough} was closed` }]
}

/** A line that is undefined is not judged. */
const priceIssues = (prices: ReadonlyArray<PriceInput | undefined>): ReadonlyArray<InputIssue> => {
  const seen = new Set<string>()
  return prices.flatMap((line, index) => {
    if (line === undefined) return []
    const pointer = `/prices/${index}`
    const { meter, model = ANY, tiers = [] } = line
    const issues: Array<InputIssue> = tierIssues(tiers, `${pointer}/tiers`)
    if (!isMeter(meter)) issues.push({ pointer: `${pointer}/meter`, message: "is no meter" })
    else if (model !== ANY && !hasModels(meter))
      issues.push({ pointer: `${pointer}/model`, message: `must be ${ANY}: ${meter} knows no models` })
    const key = JSON.stringify([meter, model])
    if (seen.has(key)) issues.push({ pointer, message: "is a second price of this meter and model" })
    seen.add(key)
    return issues
  })
}

const tierIssues = (tiers: NonNullable<PriceInput["tiers"]>, pointer: string): Array<InputIssue> => {
  let below = 0n
  return tiers.flatMap(({ upTo }, index) => {
    const fault = (message: string) => [{ pointer: `${pointer}/${index}/upTo`, message }]
    if (index === tiers.length - 1) return upTo === null ? [] : fault("must be null: the last tier takes all the rest")
    if (upTo === null) return fault("must be a quantity: only the last tier takes all the rest")
    const ascends = BigInt(upTo) > below
    below = BigInt(upTo)
    return ascends ? [] : fault("must be above that of the tier before it, and above 0")
  })
}
