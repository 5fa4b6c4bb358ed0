import type { PriceLine, Tier } from "@sluice/contracts/billing/billing.events"

/** One version of a tenant's prices. `effectiveFrom`: RFC 3339, UTC, milliseconds, so that times compare as text. */
export interface Book {
  readonly version: number
  readonly effectiveFrom: string
  readonly prices: ReadonlyArray<PriceLine>
}

/** All versions of a tenant's prices. */
export class Books {
  /** By the time from which they are in force; of two that begin at once, the later version is the one. */
  readonly #books: ReadonlyArray<Book>
  readonly #lines = new Map<Book, ReadonlyMap<string, ReadonlyArray<Tier>>>()

  constructor(books: ReadonlyArray<Book>) {
    this.#books = books.toSorted((a, b) =>
      a.effectiveFrom === b.effectiveFrom ? a.version - b.version : a.effectiveFrom < b.effectiveFrom ? -1 : 1
    )
  }

  /** The newest version; 0: none. */
  get version(): number {
    return this.#books.reduce((newest, { version }) => Math.max(newest, version), 0)
  }

  /** The version in force at a time. */
  inForce(at: string): Book | undefined {
    return this.#books.findLast(({ effectiveFrom }) => effectiveFrom <= at)
  }

  /** Times within an interval, its ends excluded, at which another version comes into force; ascending. */
  changes(from: string, until: string): ReadonlyArray<string> {
    const times = this.#books.map(({ effectiveFrom }) => effectiveFrom)
    return [...new Set(times.filter((time) => from < time && time < until))]
  }

  /** What a book asks for a meter: the model's own price, else the one of any other model (`*`). */
  tiersOf(book: Book, meter: string, model: string): ReadonlyArray<Tier> | undefined {
    const lines =
      this.#lines.get(book) ?? new Map(book.prices.map((line) => [`${line.meter} ${line.model}`, line.tiers]))
    this.#lines.set(book, lines)
    return lines.get(`${meter} ${model}`) ?? lines.get(`${meter} *`)
  }
}
