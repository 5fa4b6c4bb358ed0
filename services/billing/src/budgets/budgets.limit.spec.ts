import { until } from "@sluice/projection/consumer.spec-support"
import { expect, it } from "vitest"
import { accountOf, billingStage, newBudget, sessionOf } from "../billing.spec-support.ts"

const world = await billingStage()
const { admin, happen } = world

/** Once everything is published and handled, what the consumer itself appends meanwhile as well. */
const through = (): Promise<void> =>
  until(async () => {
    await world.relay()
    const [row] = await admin<{ left: number }[]>`
      select count(*)::integer as left from sluice.events
      where position > coalesce((select position from sluice.consumers where consumer = 'billing'), 0)`
    return row?.left === 0
  })
const told = async (): Promise<ReadonlyArray<string>> => {
  const rows = await admin<{ told: string }[]>`
    select concat_ws(' ', type, data ->> 'spent', data ->> 'limit') as told from sluice.events
    where type in ('budget.warned', 'budget.exceeded') order by position`
  return rows.map(({ told }) => told)
}

it("tells that a budget is used up although its limit was raised while the old one was being reached", async () => {
  const [one, book, budget] = [sessionOf(), accountOf("acme"), newBudget()]
  const scope = { type: "tenant", id: null }
  await happen(
    "acme",
    book.prices(1, "2026-01-01T00:00:00.000Z", { "tokens.input": "1" }),
    one.open(),
    {
      ...{ stream: budget, type: "budget.created" },
      data: { name: "b", scope, period: "none", limit: "100", blocks: false, notify: [] }
    },
    one.use(100, "2026-02-01T00:00:00.000Z"),
    // In the log before the usage is billed, and billed after it.
    { stream: budget, type: "budget.updated", data: { limit: "120" } }
  )
  world.consume(1)
  await through()
  expect(await told()).toEqual(["budget.warned 100 120"])
  await happen("acme", one.use(20, "2026-02-01T00:00:00.000Z"))
  await through()
  expect(await told()).toEqual(["budget.warned 100 120", "budget.exceeded 120 120"])
})
