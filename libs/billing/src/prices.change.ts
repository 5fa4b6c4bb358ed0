import { Sums } from "./billing.sums.ts"
import { type Entry, usageEntry } from "./ledger.entry.ts"
import type { Books } from "./price.book.ts"
import type { Fact } from "./usage.fact.ts"
import { type Item, rate, sameItems } from "./usage.rating.ts"

/** Pure: what a new price book changes of what was used before it was published. */

/** A fact with what it costs by the ledger, whose newest revision that is. */
export interface Rated {
  readonly fact: Fact
  readonly items: ReadonlyArray<Item>
  readonly revision: number
}
/** What a fact's items were, and are now. */
export interface Repriced {
  readonly fact: Fact
  readonly items: ReadonlyArray<Item>
}

/** What follows from some facts. */
export interface Changes {
  readonly entries: ReadonlyArray<Entry>
  readonly repriced: ReadonlyArray<Repriced>
  readonly sums: Sums
}

/** Facts are many: what follows from them is taken out now and then, and not kept. */
export class PriceChange {
  #entries: Array<Entry> = []
  #repriced: Array<Repriced> = []
  #sums = new Sums()

  readonly #position: number
  readonly #books: Books
  readonly #closedThrough: string | null
  #line = 0

  constructor(position: number, books: Books, closedThrough: string | null) {
    this.#position = position
    this.#books = books
    this.#closedThrough = closedThrough
  }

  /** Takes the next fact: what it costs by the ledger is taken back, and what it costs now is posted, where the two are not the same. */
  add({ fact, items, revision }: Rated): void {
    const now = rate(fact, this.#books)
    if (sameItems(items, now)) return
    for (const item of items) this.#post(fact, item, revision + 1, true)
    for (const item of now) this.#post(fact, item, revision + 1, false)
    this.#sums.unpriced(fact, unpricedOf(now) - unpricedOf(items))
    this.#repriced.push({ fact, items: now })
  }

  /** What follows from the facts since it was last asked. Lines count on. */
  take(): Changes {
    const taken = { entries: this.#entries, repriced: this.#repriced, sums: this.#sums }
    this.#entries = []
    this.#repriced = []
    this.#sums = new Sums()
    return taken
  }

  #post(fact: Fact, item: Item, revision: number, reversal: boolean): void {
    const { amount } = item
    if (amount === null) return
    const posted = { position: this.#position, line: this.#line++, revision, reversal }
    const entry = usageEntry(fact, { ...item, amount }, posted, this.#closedThrough)
    this.#entries.push(entry)
    this.#sums.posted(entry, fact)
  }
}

const unpricedOf = (items: ReadonlyArray<Item>): bigint =>
  BigInt(items.reduce((sum, { amount, quantity }) => (amount === null ? sum + quantity : sum), 0))
