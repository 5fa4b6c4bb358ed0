import { randomUUID } from "node:crypto"
import { expect, it } from "vitest"
import { budgetsReached, entriesTotal, statementsTotal, usageTotal } from "../billing.metrics.ts"
import { account, archive, price, session } from "../proof/proof.spec-support.ts"

const world = await archive()
const { admin } = world

const counted = async (): Promise<ReadonlyArray<number>> => {
  const metrics = await Promise.all([usageTotal, entriesTotal, statementsTotal, budgetsReached].map((one) => one.get()))
  return metrics.flatMap(({ values }) => values.map(({ value }) => value))
}

it("counts once what is done at the second attempt", async () => {
  const at = "2026-10-05T00:00:00.000Z"
  const [books, one] = [account(), session()]
  const budget = {
    name: "b",
    scope: { type: "tenant", id: null },
    period: "none",
    limit: "1",
    blocks: false,
    notify: []
  }
  await world.record(
    books.published(at, "2026-10-01T00:00:00.000Z", price("tokens.input", 3)),
    one.opened(at),
    one.used(at, 5),
    one.used(at, 5, "tokens.output"),
    books.published(at, "2026-10-02T00:00:00.000Z", price("tokens.input", 4)),
    books.closed("2026-11-05T00:00:00.000Z", "2026-10"),
    { stream: `budget-${randomUUID()}`, type: "budget.created", data: budget, at }
  )
  const before = await counted()
  const away = (change: string) => admin.unsafe(`alter table sluice.budgets ${change}`)
  await away("add constraint away check (false)")
  await expect(world.bill()).rejects.toMatchObject({ constraint: "away" })
  expect(await counted()).toEqual(before)
  await away("drop constraint away")
  await world.bill()
  // A usage priced, one not; an entry, its reversal and the next; a statement; a budget that warns and is used up.
  const more = [1, 1, 3, 1, 2]
  expect(await counted()).toEqual(before.map((count, index) => count + (more[index] ?? 0)))
})
