import type { Billed } from "@sluice/billing/billing.plan"
import { PriceChange, type Rated, type Repriced } from "@sluice/billing/prices.change"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import type { Tally } from "../billing.tally.ts"
import type { Reached } from "../budgets/budgets.reach.ts"
import { type Account, type Accounts, argument } from "./ledger.memory.ts"
import { addSums, post } from "./ledger.save.ts"

/** Facts that are looked at, and whose changes are written, at a time. */
const PAGE = 2_000

/** Keeps a new price book, and posts what it changes of usage at or after the time from which it is in force. */
export const publishPrices = (
  event: Billed & { readonly type: "billing.prices-published" },
  accounts: Accounts,
  reached: Reached,
  tally: Tally
) =>
  Effect.gen(function* () {
    const { tenant, position, recordedAt, metadata } = event
    const { version, effectiveFrom, prices } = event.data
    yield* Postgres.use((pg) =>
      pg.query(
        (sql) => sql`
          insert into sluice.billing_prices (tenant, version, effective_from, prices, published_at, published_by)
          values (${tenant}, ${version}, ${effectiveFrom}, ${argument(sql, prices)}, ${recordedAt}, ${argument(sql, metadata.actor)})`
      )
    )
    const { books, closedThrough, budgets } = (yield* accounts([tenant])).get(tenant) as Account
    const change = new PriceChange(position, books, closedThrough)
    let after: Key | undefined
    while (true) {
      const page = yield* factsFrom(tenant, effectiveFrom, after)
      for (const rated of page) change.add(rated)
      const { entries, repriced, sums } = change.take()
      yield* post([], entries, tally)
      yield* saveUnpriced(repriced)
      yield* addSums(sums)
      yield* reached.spent(sums, () => budgets)
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) break
      after = last.fact
    }
  })

type Key = Pick<Rated["fact"], "sourceId" | "meter" | "part">
type Row = Omit<Rated["fact"], "before"> & {
  readonly before: string
  readonly revision: number
  readonly items: ReadonlyArray<{
    readonly item: number
    readonly at: string
    readonly quantity: number
    readonly amount: string | null
    readonly priceVersion: number | null
  }>
}

/** Facts of a time or later with what they cost by the ledger, in the order of their keys. */
const factsFrom = (tenant: string, from: string, after: Key | undefined) =>
  Postgres.use((pg) =>
    pg.query<{ fact: Row }>(
      (sql) => sql<{ fact: Row }[]>`
        select fact from sluice.billing_facts(${tenant}, ${from}, ${after?.sourceId ?? null}, ${after?.meter ?? null},
          ${after?.part ?? null}, ${PAGE}) fact`
    )
  ).pipe(
    Effect.map((rows) =>
      rows.map(({ fact: { revision, items, before, ...fact } }) => ({
        fact: { ...fact, before: BigInt(before) },
        revision,
        items: items.map((item) => ({ ...item, amount: item.amount === null ? null : BigInt(item.amount) }))
      }))
    )
  )

/** Which of their items have no price now. */
const saveUnpriced = (repriced: ReadonlyArray<Repriced>) =>
  repriced.length === 0
    ? Effect.void
    : Postgres.use((pg) =>
        pg.query(
          (sql) => sql`
            select sluice.billing_unprice(${argument(
              sql,
              repriced.map(({ fact, items }) => [
                ...[fact.tenant, fact.sourceId, fact.meter, fact.part, fact.model, fact.at],
                items.filter(({ amount }) => amount === null).map(({ item, at, quantity }) => [item, at, quantity])
              ])
            )})`
        )
      )
