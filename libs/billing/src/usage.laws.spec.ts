import { it } from "@effect/vitest"
import type { PriceLine, Tier } from "@sluice/contracts/billing/billing.events"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import { monthOf } from "./calendar.ts"
import { Books } from "./price.book.ts"
import { tierCost } from "./price.tiers.ts"
import { secondsBetween, stretches } from "./usage.fact.ts"
import { type Item, rate } from "./usage.rating.ts"

/** However something is cut, its parts come to the whole. */

const often = { arbitrary: { runs: 500 } }
const HOUR = 3_600_000
const DAY = 24 * HOUR
const whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const iso = (time: number): string => new Date(time).toISOString()
const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((total, number) => total + number, 0)

/** Begins within the last days of a year. */
const Time = whole(Date.UTC(2026, 11, 28), Date.UTC(2027, 0, 1, 6))
const Length = whole(0, 4 * DAY)
/** Where something is cut, in parts of 10,000 of its length. */
const Cuts = Schema.Array(whole(0, 10_000)).check(Schema.isMaxLength(6))
const edges = (length: number, cuts: ReadonlyArray<number>): ReadonlyArray<number> => [
  0,
  ...cuts.map((cut) => Math.floor((length * cut) / 10_000)).toSorted((a, b) => a - b),
  length
]
const pairs = (all: ReadonlyArray<number>) => all.slice(1).map((to, index) => [all[index] as number, to] as const)

describe("laws of active time", () => {
  const times = { active: whole(0, 5_000), start: Time, length: Length, cuts: Cuts }

  it.prop(
    "cutting it in any way bills the same seconds",
    times,
    ({ active, length, cuts }) => {
      const parts = pairs(edges(length, cuts)).map(([from, to]) => secondsBetween(active + from, to - from))
      expect(sum(parts)).toBe(secondsBetween(active, length))
      expect(parts.every((seconds) => seconds >= 0)).toBe(true)
    },
    often
  )

  it.prop(
    "pausing in any way bills the same seconds, and never more than passed",
    { ...times, pauses: Schema.Array(whole(0, 2 * DAY)).check(Schema.isMaxLength(6)) },
    ({ active, start, length, cuts, pauses }) => {
      let [before, seconds, pause] = [active, 0, 0]
      for (const [index, [from, to]] of pairs(edges(length, cuts)).entries()) {
        const [at, until] = [iso(start + pause + from), iso(start + pause + to)]
        seconds += sum(stretches(at, until, before).map((stretch) => stretch.seconds))
        before += to - from
        pause += pauses[index] ?? 0
      }
      expect(seconds).toBe(secondsBetween(active, length))
      expect(Math.abs(seconds - length / 1000)).toBeLessThan(1)
    },
    often
  )

  it.prop(
    "its stretches lie within one day each, follow one another and count on",
    times,
    ({ active, start, length }) => {
      const found = stretches(iso(start), iso(start + length), active)
      for (const [index, { part, at, until, activeMillis, seconds }] of found.entries()) {
        expect(Date.parse(until) - Date.parse(at)).toBeLessThanOrEqual(DAY)
        expect(monthOf(at)).toBe(monthOf(iso(Date.parse(until) - 1)))
        expect(at.slice(0, 10)).toBe(iso(Date.parse(until) - 1).slice(0, 10))
        expect(activeMillis).toBe(active + Date.parse(at) - start)
        expect(seconds).toBeGreaterThan(0)
        expect(part).toBe(Math.floor(Date.parse(at) / DAY) - Math.floor(start / DAY))
        const before = found[index - 1]
        // What lies between two stretches completed no second.
        if (before !== undefined) expect(Date.parse(at) - Date.parse(before.until)).toBeGreaterThanOrEqual(0)
      }
      expect(sum(found.map((stretch) => stretch.seconds))).toBe(secondsBetween(active, length))
    },
    often
  )
})

/** Ends of tiers lie close together, so that cuts often fall onto them. */
const Tiers = Schema.Array(Schema.Struct({ units: whole(1, 20), price: whole(0, 9) })).check(Schema.isMaxLength(4))
const tiersOf = (tiers: typeof Tiers.Type, last: number): ReadonlyArray<Tier> => {
  let end = 0
  const closed = tiers.map(({ units, price }) => {
    end += units
    return { upTo: String(end), price: String(price) }
  })
  return [...closed, { upTo: null, price: String(last) }]
}

describe("laws of tiers", () => {
  const used = { tiers: Tiers, last: whole(0, 9), before: whole(0, 60), quantity: whole(0, 60), cuts: Cuts }

  it.prop(
    "cutting a quantity anywhere costs the same",
    used,
    ({ tiers, last, before, quantity, cuts }) => {
      const graduated = tiersOf(tiers, last)
      const parts = pairs(edges(quantity, cuts)).map(([from, to]) =>
        tierCost(graduated, BigInt(before + from), BigInt(to - from))
      )
      expect(parts.reduce((total, cost) => total + cost, 0n)).toBe(
        tierCost(graduated, BigInt(before), BigInt(quantity))
      )
    },
    often
  )

  it.prop(
    "each unit costs what its tier says",
    used,
    ({ tiers, last, before, quantity }) => {
      const graduated = tiersOf(tiers, last)
      let cost = 0n
      for (let unit = before + 1; unit <= before + quantity; unit++) {
        const tier = graduated.find(({ upTo }) => upTo === null || unit <= Number(upTo))
        cost += BigInt(tier?.price ?? 0)
      }
      expect(tierCost(graduated, BigInt(before), BigInt(quantity))).toBe(cost)
    },
    often
  )
})

describe("laws of an interval in which prices change", () => {
  const changing = {
    ...{ active: whole(0, 5_000), start: Time, length: whole(0, 60_000), before: whole(0, 60) },
    books: Schema.Array(Schema.Struct({ from: whole(-20_000, 70_000), tiers: Tiers, last: whole(0, 9) })).check(
      Schema.isMaxLength(5)
    )
  }
  type Changing = { readonly [K in keyof typeof changing]: (typeof changing)[K]["Type"] }
  const booksOf = ({ start, books }: Changing): Books =>
    new Books(
      books.map(({ from, tiers, last }, index) => {
        const line: PriceLine = { meter: "session.seconds", model: "*", tiers: tiersOf(tiers, last) }
        return { version: index + 1, effectiveFrom: iso(start + from), prices: [line] }
      })
    )
  const factOf = ({ active, start, length, before }: Changing) => ({
    ...{ meter: "session.seconds", model: "", activeMillis: active, before: BigInt(before) },
    ...{ at: iso(start), until: iso(start + length), quantity: secondsBetween(active, length) }
  })
  const law = (name: string, holds: (items: ReadonlyArray<Item>, books: Books, given: Changing) => void) =>
    it.prop(name, changing, (given) => holds(rate(factOf(given), booksOf(given)), booksOf(given), given), often)

  law("the seconds of its items are those of the whole", (items, _, given) => {
    expect(sum(items.map(({ quantity }) => quantity))).toBe(factOf(given).quantity)
  })

  law(
    "each item costs what the book in force at its beginning says, tiers going on from item to item",
    (items, books, given) => {
      let used = BigInt(given.before)
      for (const { at, quantity, amount, priceVersion } of items) {
        const book = books.inForce(at)
        const tiers = book && books.tiersOf(book, "session.seconds", "")
        expect(priceVersion).toBe(book?.version ?? null)
        expect(amount).toBe(tiers === undefined ? null : tierCost(tiers, used, BigInt(quantity)))
        used += BigInt(quantity)
      }
    }
  )

  law("a change that changes no price changes no cost", (items, _, given) => {
    const [first] = given.books
    const same = { ...given, books: given.books.map(({ from }) => ({ ...first, from })) as Changing["books"] }
    const earliest = Math.min(...given.books.map(({ from }) => from))
    if (first === undefined || earliest > 0) return
    const total = (all: ReadonlyArray<Item>) => all.reduce((cost, { amount }) => cost + (amount ?? 0n), 0n)
    const once = { ...given, books: [{ ...first, from: earliest }] }
    expect(total(rate(factOf(same), booksOf(same)))).toBe(total(rate(factOf(once), booksOf(once))))
    expect(items.every(({ amount }) => amount !== null)).toBe(true)
  })
})
