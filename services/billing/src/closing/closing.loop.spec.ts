import { Effect } from "effect"
import { expect, it } from "vitest"
import { accountOf, billingStage, sessionOf } from "../billing.spec-support.ts"
import { closeDue } from "./closing.loop.ts"

const world = await billingStage()
world.consume()
const { admin, happen, settled } = world

const HOUR = 3_600_000
const look = (closeAfter: number) => Effect.runPromise(closeDue(closeAfter).pipe(Effect.provide(world.layer)))
const closedOf = async (tenant: string) =>
  (
    await admin<{ month: string; actor: string }[]>`
      select data ->> 'month' as month, metadata -> 'actor' ->> 'kind' as actor from sluice.events
      where tenant = ${tenant} and type = 'billing.month-closed' order by position`
  ).map(({ month, actor }) => `${month} ${actor}`)
/** The first moment of the month that runs, and how long ago that is. */
const start = new Date(new Date().toISOString().slice(0, 7))
const since = (await admin<{ now: Date }[]>`select clock_timestamp() as now`)[0]?.now.getTime() ?? 0
const lastMonth = new Date(start.getTime() - 1).toISOString()

it("closes the oldest open month once it has been over for so long, each once", async () => {
  const one = sessionOf()
  await happen(
    "due",
    accountOf("due").prices(1, "2020-01-01T00:00:00.000Z", { "tokens.input": "1" }),
    one.open(),
    { ...one.use(1, "2025-01-31T00:00:00.000Z"), at: "2025-01-31T00:00:00.000Z" },
    { ...one.use(2, lastMonth), at: lastMonth },
    { ...one.use(3, start.toISOString()), at: start.toISOString() }
  )
  await settled()
  const age = since - start.getTime()
  for (let round = 0; round < 2; round++) {
    await look(age + 24 * HOUR)
    await settled()
  }
  expect(await closedOf("due")).toEqual(["2025-01 system"])
  await Promise.all([look(0), look(0)])
  await settled()
  expect(await look(0)).toBe(0)
  expect(await closedOf("due")).toEqual(["2025-01 system", `${lastMonth.slice(0, 7)} system`])
  const statements = await admin`select month from sluice.billing_statements where tenant = 'due' order by month`
  expect(statements).toEqual([{ month: "2025-01" }, { month: lastMonth.slice(0, 7) }])
})

it("leaves an old month open for as long after its first entry as after its end", async () => {
  const one = sessionOf()
  await happen(
    "import",
    accountOf("import").prices(1, "2020-01-01T00:00:00.000Z", { "tokens.input": "1" }),
    one.open(),
    one.use(1, "2025-01-31T00:00:00.000Z")
  )
  await settled()
  expect(await look(HOUR)).toBe(0)
  expect(await look(0)).toBe(1)
})

it("does not wait for entries to end", async () => {
  const one = sessionOf()
  await happen(
    "trickle",
    accountOf("trickle").prices(1, "2020-01-01T00:00:00.000Z", { "tokens.input": "1" }),
    one.open(),
    { ...one.use(1, "2025-01-31T00:00:00.000Z"), at: "2025-01-31T00:00:00.000Z" },
    one.use(1, "2025-01-31T00:00:00.000Z")
  )
  await settled()
  expect(await look(HOUR)).toBe(1)
})

it("leaves an open month to people in which, or before which, something has no price", async () => {
  const one = sessionOf()
  await happen(
    "unpriced",
    accountOf("unpriced").prices(1, "2020-01-01T00:00:00.000Z", { "tokens.input": "1" }),
    one.open(),
    one.use(5, "2025-01-31T00:00:00.000Z"),
    one.use(5, "2025-01-31T00:00:00.000Z", "tokens.output")
  )
  const other = sessionOf()
  await happen(
    "before",
    accountOf("before").prices(1, "2020-01-01T00:00:00.000Z", { "tokens.input": "1" }),
    other.open(),
    other.use(5, "2025-01-31T00:00:00.000Z", "tokens.output"),
    other.use(5, "2025-02-28T00:00:00.000Z")
  )
  await settled()
  expect(await look(0)).toBe(0)
  for (const tenant of ["unpriced", "before"]) expect(await closedOf(tenant)).toEqual([])
})

it("goes on after a month that people closed although something in it had no price", async () => {
  const [one, book] = [sessionOf(), accountOf("closed")]
  await happen(
    "closed",
    book.prices(1, "2020-01-01T00:00:00.000Z", { "tokens.input": "1" }),
    one.open(),
    one.use(5, "2025-01-31T00:00:00.000Z", "tokens.output"),
    book.close("2025-01"),
    one.use(5, "2025-02-28T00:00:00.000Z")
  )
  await settled()
  expect(await look(0)).toBe(1)
  expect(await closedOf("closed")).toEqual(["2025-01 user", "2025-02 system"])
})
