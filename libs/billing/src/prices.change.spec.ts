import type { PriceLine } from "@sluice/contracts/billing/billing.events"
import { describe, expect, it } from "vitest"
import { Books } from "./price.book.ts"
import { PriceChange, type Rated } from "./prices.change.ts"

const AT = "2026-01-02T00:00:00.000Z"
const line = (price: string): PriceLine => ({ meter: "tokens.input", model: "*", tiers: [{ upTo: null, price }] })
/** Used before: at 2 each, or at a time without a price. */
const used = (sourceId: string, quantity: number, isPriced = true): Rated => {
  const amount = isPriced ? BigInt(2 * quantity) : null
  return {
    fact: {
      ...{
        tenant: "acme",
        sourceId,
        eventId: sourceId,
        position: 1,
        meter: "tokens.input",
        part: 0,
        at: AT,
        until: null
      },
      ...{
        activeMillis: null,
        quantity,
        before: 0n,
        model: "m",
        role: "pm",
        sessionId: "s",
        runId: "",
        phase: "",
        taskId: ""
      }
    },
    items: [{ item: 0, at: AT, quantity, amount, priceVersion: isPriced ? 1 : null }],
    revision: 0
  }
}
const changeTo = (price: string) =>
  new PriceChange(9, new Books([{ version: 2, effectiveFrom: AT, prices: [line(price)] }]), null)

describe("what a new price changes", () => {
  it("is taken out once, and lines count on", () => {
    const change = changeTo("5")
    change.add(used("a", 10))
    change.add(used("b", 1, false))
    const first = change.take()
    expect(first.entries.map(({ line, kind, amount }) => [line, kind, amount])).toEqual([
      [0, "reversal", 20n],
      [1, "usage", 50n],
      [2, "usage", 5n]
    ])
    expect(first.repriced.map(({ fact }) => fact.sourceId)).toEqual(["a", "b"])
    change.add(used("c", 3))
    const second = change.take()
    expect(second.entries.map(({ line, sourceId, amount }) => [line, sourceId, amount])).toEqual([
      [3, "c", 6n],
      [4, "c", 15n]
    ])
    expect(second.repriced.map(({ fact }) => fact.sourceId)).toEqual(["c"])
    const sumsOf = ({ sums }: typeof first) => [...sums.days.values()]
    expect(sumsOf(first)).toEqual([{ quantity: 0n, unpriced: -1n, amount: 35n }])
    expect(sumsOf(second)).toEqual([{ quantity: 0n, unpriced: 0n, amount: 9n }])
    // What was taken stays as it was.
    expect(first.entries).toHaveLength(3)
  })

  it("is nothing where it costs the same", () => {
    const change = changeTo("2")
    change.add(used("a", 10))
    const { entries, repriced, sums } = change.take()
    expect([entries, repriced, [...sums.days], [...sums.work], [...sums.months]]).toEqual([[], [], [], [], []])
  })
})
