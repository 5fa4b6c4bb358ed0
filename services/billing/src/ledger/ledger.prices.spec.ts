import { randomUUID } from "node:crypto"
import { expect, it } from "vitest"
import { account, archive, price, session } from "../proof/proof.spec-support.ts"

const world = await archive()
const { admin } = world

/** Days for which one session is active: parts of one usage, more than a page of them, so that pages end within it. */
const DAYS = 2_500
/** Usages at one moment each. */
const DEARER = 1_500
const SAME = 700
const PRICED_NOW = 800
const CHANGED = DAYS + DEARER + PRICED_NOW

it("prices anew what takes many pages, each usage once, with lines that count on and sums that agree", async () => {
  const books = account()
  const [long, one, two] = [session(), session(), session(randomUUID(), { role: "dev" })]
  const at = "2020-01-01T00:00:00.000Z"
  const many = (count: number, quantity: number, meter: string) =>
    Array.from({ length: count }, (_, index) => (index % 2 === 0 ? one : two).used(at, quantity, meter))
  const budget = {
    name: "b",
    scope: { type: "tenant", id: null },
    period: "none",
    limit: "1",
    blocks: false,
    notify: []
  }
  await world.record(
    { stream: `budget-${randomUUID()}`, type: "budget.created", data: budget, at },
    books.published(at, at, price("session.seconds", 1), price("tokens.input", 2), price("tokens.output", 7)),
    ...[long, one, two].map((session) => session.opened(at)),
    long.activated(at),
    ...many(DEARER, 3, "tokens.input"),
    ...many(SAME, 5, "tokens.output"),
    ...many(PRICED_NOW, 11, "tokens.cached"),
    long.completed(new Date(Date.parse(at) + DAYS * 86_400_000).toISOString())
  )
  await world.bill()
  const prices = [price("session.seconds", 2), price("tokens.input", 9), price("tokens.output", 7)]
  await world.record(books.published(at, at, ...prices, price("tokens.cached", 4)))
  await world.bill()

  const [posted] = await admin`
    select count(*)::integer as entries, min(line) as first, max(line) as last, count(distinct (source_id, part))::integer as usages,
      count(*) filter (where kind = 'reversal')::integer as reversals, count(*) filter (where revision <> 1)::integer as others
    from sluice.billing_ledger
    where position = (select max(position) from sluice.events where type = 'billing.prices-published')`
  const entries = CHANGED + DAYS + DEARER
  expect(posted).toEqual({
    ...{ entries, first: 0, last: entries - 1, usages: CHANGED, reversals: DAYS + DEARER, others: 0 }
  })
  const total = String(2 * DAYS * 86_400 + 9 * 3 * DEARER + 7 * 5 * SAME + 4 * 11 * PRICED_NOW)
  const [sums] = await admin`
    select (select sum(amount)::text from sluice.billing_months) as months, (select sum(amount)::text from sluice.billing_days) as days,
      (select sum(amount)::text from sluice.billing_work) as work, (select spent::text from sluice.budget_spend) as budget,
      (select sum(unpriced)::text from sluice.billing_days) as unpriced, (select count(*)::text from sluice.billing_unpriced) as left`
  expect(sums).toEqual({ months: total, days: total, work: total, budget: total, unpriced: "0", left: "0" })
  expect(await world.prove()).toMatchObject({ drift: 0, differences: [] })
}, 120_000)
