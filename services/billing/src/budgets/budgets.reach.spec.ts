import { expect, it } from "vitest"
import { accountOf, billingStage, newBudget, sessionOf } from "../billing.spec-support.ts"

const world = await billingStage()
world.consume()
const { admin, happen, settled } = world

const reachedOf = async (tenant: string) =>
  (
    await admin<{ told: string }[]>`
      select concat_ws(' ', type, data ->> 'periodStart', data ->> 'spent') as told from sluice.events
      where tenant = ${tenant} and stream_id like 'budget-%' and type in ('budget.warned', 'budget.exceeded') order by position`
  ).map(({ told }) => told)
const set = (stream: string, scope: object, limit: string, period = "none") => ({
  ...{ stream, type: "budget.created" },
  data: { name: "b", scope: { ...scope }, period, limit, blocks: false, notify: ["finance"] } as never
})

it("tells once at 80 and at 100 percent, counting what there was before it", async () => {
  const [one, book, budget] = [sessionOf(), accountOf("budget"), newBudget()]
  await happen(
    "budget",
    book.prices(1, "2026-01-01T00:00:00.000Z", { "tokens.input": "1" }),
    one.open(),
    one.use(70, "2026-02-01T00:00:00.000Z"),
    set(budget, { type: "role", id: "pm" }, "100"),
    one.use(9, "2026-02-01T00:00:00.000Z")
  )
  await settled()
  expect(await reachedOf("budget")).toEqual([])
  await happen("budget", one.use(1, "2026-02-01T00:00:00.000Z"))
  await settled()
  expect(await reachedOf("budget")).toEqual(["budget.warned 80"])
  await happen("budget", one.use(10, "2026-02-01T00:00:00.000Z"), one.use(10, "2026-02-01T00:00:00.000Z"))
  await settled()
  await happen("budget", one.use(10, "2026-02-01T00:00:00.000Z"))
  await settled()
  expect(await reachedOf("budget")).toEqual(["budget.warned 80", expect.stringMatching(/^budget.exceeded 1\d0$/)])
})

it("counts by its period, and tells of no period before it was set", async () => {
  const [one, book, budget] = [sessionOf(), accountOf("daily"), newBudget()]
  const today = new Date().toISOString().slice(0, 10)
  await happen(
    "daily",
    book.prices(1, "2026-01-01T00:00:00.000Z", { "tokens.input": "1" }),
    one.open(),
    set(budget, { type: "session", id: one.id }, "10", "day"),
    one.use(50, "2026-02-01T00:00:00.000Z"),
    one.use(10, `${today}T00:00:00.000Z`)
  )
  await settled()
  expect(await reachedOf("daily")).toEqual([
    `budget.warned ${today}T00:00:00.000Z 10`,
    `budget.exceeded ${today}T00:00:00.000Z 10`
  ])
  expect(
    await admin`select period, spent::integer from sluice.budget_spend where tenant = 'daily' order by period`
  ).toEqual([
    { period: "2026-02-01", spent: 50 },
    { period: today, spent: 10 }
  ])
})
