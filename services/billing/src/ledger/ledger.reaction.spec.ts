import { randomUUID } from "node:crypto"
import { cutId } from "@sluice/contracts/billing/billing.ids"
import { taskId } from "@sluice/contracts/run/run.ids"
import { describe, expect, it } from "vitest"
import { accountOf, billingStage, sessionOf } from "../billing.spec-support.ts"

const world = await billingStage()
world.consume()
const { admin, happen, settled } = world

interface EntryRow {
  readonly entry: string
}
/** What the ledger says, line by line: kind, meter, quantity, amount, month. */
const ledgerOf = async (tenant: string): Promise<ReadonlyArray<string>> => {
  const rows = await admin<EntryRow[]>`
    select concat_ws(' ', kind, nullif(meter, ''), quantity, amount, month, case when late then 'late' end) as entry
    from sluice.billing_ledger where tenant = ${tenant} order by position, line`
  return rows.map(({ entry }) => entry)
}
const sumOf = async (tenant: string, table: "billing_days" | "billing_work" | "billing_months"): Promise<string> => {
  const [row] = await admin<{ sum: string }[]>`
    select coalesce(sum(amount), 0)::text as sum from ${admin(`sluice.${table}`)} where tenant = ${tenant}`
  return row?.sum ?? ""
}
const statementOf = async (tenant: string, month: string) => {
  const [row] = await admin<{ lines: unknown; unpriced: unknown }[]>`
    select lines, unpriced from sluice.billing_statements where tenant = ${tenant} and month = ${month}`
  return row
}

describe("usage", () => {
  it("is priced by the version in force at its own time, by its model or any other", async () => {
    const [one, book] = [sessionOf(), accountOf("price")]
    await happen(
      "price",
      book.prices(1, "2026-01-01T00:00:00.000Z", { "tokens.input": "3", "tokens.input big": "30" }),
      book.prices(2, "2026-02-01T00:00:00.000Z", { "tokens.input": "4" }),
      one.open(),
      one.use(10, "2026-01-31T23:59:59.999Z"),
      one.use(10, "2026-01-31T23:59:59.999Z", "tokens.input", "big"),
      one.use(10, "2026-02-01T00:00:00.000Z", "tokens.input", "big"),
      one.use(10, "2025-12-31T23:59:59.999Z")
    )
    await settled()
    expect(await ledgerOf("price")).toEqual([
      "usage tokens.input 10 30 2026-01",
      "usage tokens.input 10 300 2026-01",
      "usage tokens.input 10 40 2026-02"
    ])
    const unpriced = await admin`select quantity, month from sluice.billing_unpriced where tenant = 'price'`
    expect(unpriced).toEqual([{ quantity: 10, month: "2025-12" }])
  })

  it("without a price is posted when one for its time arrives, and anew when a later one changes it", async () => {
    const [one, book] = [sessionOf(), accountOf("late-price")]
    await happen("late-price", one.open(), one.use(7, "2026-03-05T00:00:00.000Z"))
    await settled()
    expect(await ledgerOf("late-price")).toEqual([])
    await happen("late-price", book.prices(1, "2026-03-01T00:00:00.000Z", { "tokens.input": "2" }))
    await settled()
    expect(await ledgerOf("late-price")).toEqual(["usage tokens.input 7 14 2026-03"])
    await happen("late-price", book.prices(2, "2026-03-05T00:00:00.000Z", { "tokens.input": "5" }))
    await happen("late-price", book.prices(3, "2026-03-06T00:00:00.000Z", { "tokens.input": "9" }))
    await settled()
    expect(await ledgerOf("late-price")).toEqual([
      "usage tokens.input 7 14 2026-03",
      "reversal tokens.input 7 14 2026-03",
      "usage tokens.input 7 35 2026-03"
    ])
    for (const table of ["billing_days", "billing_work", "billing_months"] as const)
      expect(await sumOf("late-price", table)).toBe("35")
    expect(await admin`select 1 from sluice.billing_unpriced where tenant = 'late-price'`).toEqual([])
  })

  it("goes through tiers by what the tenant used of the model in the month", async () => {
    const [one, book] = [sessionOf(), accountOf("tiers")]
    const tiers = [
      { upTo: "10", price: "100" },
      { upTo: "15", price: "10" },
      { upTo: null, price: "1" }
    ]
    await happen("tiers", book.prices(1, "2026-01-01T00:00:00.000Z", { "tokens.input": tiers }), one.open())
    for (const quantity of [9, 1, 4, 20]) await happen("tiers", one.use(quantity, "2026-01-02T00:00:00.000Z"))
    await happen("tiers", one.use(3, "2026-01-02T00:00:00.000Z", "tokens.input", "other"))
    await happen("tiers", one.use(3, "2026-02-01T00:00:00.000Z"))
    await settled()
    expect(await ledgerOf("tiers")).toEqual([
      "usage tokens.input 9 900 2026-01",
      "usage tokens.input 1 100 2026-01",
      "usage tokens.input 4 40 2026-01",
      "usage tokens.input 20 29 2026-01",
      "usage tokens.input 3 300 2026-01",
      "usage tokens.input 3 300 2026-02"
    ])
  })

  it("belongs to the run and phase of the session's task", async () => {
    const run = randomUUID()
    const one = sessionOf(undefined, { taskId: taskId(run, "A1") })
    const workflow = { name: "w", version: 1, digest: "d" }
    const phase = (id: string) => ({
      ...{
        id,
        name: id,
        description: null,
        transitions: [],
        terminal: false,
        doneDefinitions: [],
        expectedOutputs: []
      },
      ...{ gate: [], checkpoint: null, signoff: null, prompt: null, nextSteps: [] },
      tasks: [{ key: `${id}1`, title: "t", dependsOn: [], estimate: null }]
    })
    const definition = { phases: [phase("A"), phase("B")] }
    await happen(
      "work",
      {
        stream: `run-${run}`,
        type: "run.started",
        data: { runId: run, workflow, title: "t", deadline: null, definition }
      },
      one.open(),
      one.use(1, "2026-01-01T00:00:00.000Z"),
      { stream: one.stream, type: "session.updated", data: { taskId: taskId(run, "B1").toUpperCase() } },
      one.use(2, "2026-01-01T00:00:00.000Z")
    )
    await settled()
    expect(
      await admin`
        select run_id as run, phase, quantity::integer, role from sluice.billing_work where tenant = 'work' order by quantity`
    ).toEqual([
      { run, phase: `${run}/A`, quantity: 1, role: "pm" },
      { run, phase: `${run}/B`, quantity: 2, role: "pm" }
    ])
  })
})

describe("active time", () => {
  const usageOf = (tenant: string) =>
    admin`
      select part, to_char(at at time zone 'UTC', 'MM-DD HH24:MI:SS.MS') as at, quantity from sluice.billing_usage
      where tenant = ${tenant} order by position, part`

  it("is whole seconds of all intervals together, pauses excluded, cut at midnight", async () => {
    const one = sessionOf()
    await happen(
      "time",
      one.open("2026-05-01T10:00:00.000Z"),
      one.to("activated", "2026-05-01T10:00:00.000Z"),
      one.to("paused", "2026-05-01T10:00:00.600Z"),
      one.to("resumed", "2026-05-01T11:00:00.000Z"),
      one.to("paused", "2026-05-01T11:00:00.600Z"),
      one.to("resumed", "2026-05-31T23:59:58.900Z"),
      one.to("completed", "2026-06-01T00:00:10.000Z")
    )
    await settled()
    expect(await usageOf("time")).toEqual([
      { part: 0, at: "05-01 11:00:00.000", quantity: 1 },
      { part: 0, at: "05-31 23:59:58.900", quantity: 1 },
      { part: 1, at: "06-01 00:00:00.000", quantity: 10 }
    ])
  })

  it("is cut where prices change", async () => {
    const [one, book] = [sessionOf(), accountOf("cut")]
    await happen(
      "cut",
      book.prices(1, "2026-01-01T00:00:00.000Z", { "session.seconds": "1" }),
      book.prices(2, "2026-05-01T10:00:30.500Z", { "session.seconds": "100" }),
      one.open(),
      one.to("activated", "2026-05-01T10:00:00.000Z"),
      one.to("completed", "2026-05-01T10:01:00.000Z")
    )
    await settled()
    expect(await ledgerOf("cut")).toEqual([
      "usage session.seconds 30 30 2026-05",
      "usage session.seconds 30 3000 2026-05"
    ])
    await happen("cut", book.prices(3, "2026-05-01T10:00:45.000Z", { "session.seconds": "1000" }))
    await settled()
    expect((await ledgerOf("cut")).slice(2)).toEqual([
      "reversal session.seconds 30 30 2026-05",
      "reversal session.seconds 30 3000 2026-05",
      "usage session.seconds 30 30 2026-05",
      "usage session.seconds 15 1500 2026-05",
      "usage session.seconds 15 15000 2026-05"
    ])
  })
})

describe("closing a month", () => {
  it("bills what is active up to its end, and has what comes late on the next statement", async () => {
    const [one, book] = [sessionOf(), accountOf("close")]
    await happen(
      "close",
      book.prices(1, "2025-01-01T00:00:00.000Z", { "session.seconds": "1", "tokens.input": "2" }),
      one.open(),
      one.to("activated", "2025-12-31T23:59:50.500Z"),
      one.use(5, "2025-12-31T12:00:00.000Z"),
      book.credit("1000"),
      book.close("2025-12"),
      one.use(6, "2025-12-31T23:59:00.000Z"),
      one.to("completed", "2026-01-01T00:00:02.600Z"),
      book.close("2026-01")
    )
    await settled()
    const month = new Date().toISOString().slice(0, 7)
    expect(await ledgerOf("close")).toEqual([
      "usage tokens.input 5 10 2025-12",
      `credit 1000 ${month}`,
      "usage session.seconds 9 9 2025-12",
      "usage tokens.input 6 12 2026-01 late",
      "usage session.seconds 3 3 2026-01"
    ])
    const line = (kind: string, meter: string, quantity: string, amount: string) => ({
      ...{ kind, meter, model: meter === "tokens.input" ? "m" : "", role: "pm", quantity, amount }
    })
    expect(await statementOf("close", "2025-12")).toEqual({
      lines: [line("usage", "session.seconds", "9", "9"), line("usage", "tokens.input", "5", "10")],
      unpriced: []
    })
    expect(await statementOf("close", "2026-01")).toEqual({
      lines: [line("late", "tokens.input", "6", "12"), line("usage", "session.seconds", "3", "3")],
      unpriced: []
    })
    const [cut] = await admin<{ source: string; event: string }[]>`
      select source_id as source, event_id as event from sluice.billing_usage where tenant = 'close' and part = 0 and meter = 'session.seconds'
      order by position limit 1`
    expect(cut?.source).toBe(cutId(cut?.event ?? "", one.id))
  })

  it("makes no statement of a month that was closed before anything was known of it", async () => {
    const [one, book] = [sessionOf(), accountOf("empty")]
    await happen(
      "empty",
      book.close("2025-12"),
      one.open(),
      one.use(5, "2025-11-30T00:00:00.000Z"),
      book.close("2026-01")
    )
    await settled()
    expect(await admin`select month from sluice.billing_statements where tenant = 'empty' order by month`).toEqual([
      { month: "2025-12" },
      { month: "2026-01" }
    ])
  })

  it("leaves ledger, usage and statements as they are for everybody", async () => {
    for (const table of ["billing_ledger", "billing_usage", "billing_statements"])
      for (const change of [
        `update sluice.${table} set tenant = tenant`,
        `delete from sluice.${table}`,
        `truncate sluice.${table}`
      ])
        await expect(admin.unsafe(change), change).rejects.toMatchObject({ code: "SL010" })
  })
})

it("comes to zero, and to the same sums whichever way it is summed", async () => {
  await settled()
  const [ledger] = await admin<{ sum: string; charges: string }[]>`
    select (sum(case when debit = 'balance' then amount else -amount end)
      + sum(case when credit = 'balance' then amount else -amount end))::text as sum,
      sum(case when debit = 'balance' then amount else -amount end)::text as charges from sluice.billing_ledger`
  const [months] = await admin<{ sum: string }[]>`select sum(amount)::text as sum from sluice.billing_months`
  expect(ledger?.sum).toBe("0")
  expect(months?.sum).toBe(ledger?.charges)
})
