import type { Books } from "./price.book.ts"
import { tierCost } from "./price.tiers.ts"
import { type Fact, secondsBetween } from "./usage.fact.ts"

/** What a fact, or the part of an interval for which one price book is in force, costs. */
export interface Item {
  /** Counts the spans between changes of prices. */
  readonly item: number
  readonly at: string
  readonly quantity: number
  /** 10⁻¹⁵ USD; null: there is no price for its time. */
  readonly amount: bigint | null
  readonly priceVersion: number | null
}

type Rated = Pick<Fact, "meter" | "model" | "at" | "until" | "activeMillis" | "quantity" | "before">

/** What a fact costs by the prices in force at its own time; an interval is cut where they change. */
export const rate = (fact: Rated, books: Books): ReadonlyArray<Item> => {
  const { at, until, quantity, before } = fact
  if (until === null) return [priced(fact, books, { item: 0, at, quantity }, before)]
  const changes = books.changes(at, until)
  if (changes.length === 0) return [priced(fact, books, { item: 0, at, quantity }, before)]
  const start = Date.parse(at)
  const activeMillis = fact.activeMillis ?? 0
  const edges = [at, ...changes, until]
  const items: Array<Item> = []
  for (let item = 0; item + 1 < edges.length; item++) {
    const from = Date.parse(edges[item] as string) - start
    const to = Date.parse(edges[item + 1] as string) - start
    const seconds = secondsBetween(activeMillis + from, to - from)
    if (seconds === 0) continue
    const earlier = before + BigInt(secondsBetween(activeMillis, from))
    items.push(priced(fact, books, { item, at: edges[item] as string, quantity: seconds }, earlier))
  }
  return items
}

const priced = (
  { meter, model }: Rated,
  books: Books,
  span: Pick<Item, "item" | "at" | "quantity">,
  before: bigint
): Item => {
  const book = books.inForce(span.at)
  const tiers = book === undefined ? undefined : books.tiersOf(book, meter, model)
  return book === undefined || tiers === undefined
    ? { ...span, amount: null, priceVersion: null }
    : { ...span, amount: tierCost(tiers, before, BigInt(span.quantity)), priceVersion: book.version }
}

/** Whether two ratings of one fact come to the same, span by span. */
export const sameItems = (a: ReadonlyArray<Item>, b: ReadonlyArray<Item>): boolean =>
  a.length === b.length &&
  a.every((one, index) => {
    const other = b[index] as Item
    return (
      one.item === other.item && one.at === other.at && one.quantity === other.quantity && one.amount === other.amount
    )
  })
