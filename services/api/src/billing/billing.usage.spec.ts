import { UsageReport } from "@sluice/contracts/billing/billing.views"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { billingRows } from "../testing/rows.billing.ts"

const { call, token, database } = await runningApi()
const rows = billingRows(database.adminUrl)

/** Somebody with a tenant of their own, so that specs do not see each other's rows. */
let tenants = 0
const newcomer = async () => {
  const tenant = `payer-${tenants++}`
  const bearer = await token({ tenant, scope: "billing:read" })
  return { tenant, get: (path: string) => call(`/v1/billing${path}`, { token: bearer }) }
}
const other = await newcomer()

describe("usage", async () => {
  const { tenant, get } = await newcomer()
  const [session, run] = ["01a1fdc9-7a89-75fa-95df-188c3d800a4c", "01a1fdc9-7a89-75fa-95df-188c3d800a4d"]
  const work = { session, run, phase: `${run}/build`, role: "dev" }
  await rows.used(tenant, { ...work, day: "2026-10-30", model: "m", quantity: 10, amount: "4500000000000" })
  await rows.used(tenant, { ...work, day: "2026-10-31", model: "m", quantity: 7, unpriced: 2, amount: "5" })
  await rows.used(tenant, { ...work, day: "2026-10-31", model: "n", quantity: 1, meter: "tokens.output", amount: "1" })
  await rows.used(tenant, { day: "2026-11-01", meter: "approval.decisions", quantity: 3, amount: "30" })
  const rowsOf = async (query: string) =>
    (await get(`/usage?${query}`)).body.rows.map(
      ({ group, meter, quantity, unpriced, amount }: UsageReport["rows"][0]) =>
        [group, meter, quantity, unpriced, amount].join(" ")
    )

  it("is summed up by day and meter", async () => {
    const { body } = await get("/usage?groupBy=day")
    expect(Schema.decodeUnknownResult(UsageReport, { onExcessProperty: "error" })(body)._tag).toBe("Success")
    expect(body).toEqual({
      groupBy: "day",
      from: null,
      to: null,
      rows: [
        {
          ...{ group: "2026-10-30", meter: "tokens.input", quantity: "10", unpriced: "0" },
          ...{ amount: "4500000000000", usd: "0.0045" }
        },
        {
          ...{ group: "2026-10-31", meter: "tokens.input", quantity: "7", unpriced: "2" },
          ...{ amount: "5", usd: "0.000000000000005" }
        },
        {
          ...{ group: "2026-10-31", meter: "tokens.output", quantity: "1", unpriced: "0" },
          ...{ amount: "1", usd: "0.000000000000001" }
        },
        {
          ...{ group: "2026-11-01", meter: "approval.decisions", quantity: "3", unpriced: "0" },
          ...{ amount: "30", usd: "0.00000000000003" }
        }
      ],
      total: { amount: "4500000000036", usd: "0.004500000000036" },
      truncated: false
    })
  })

  it.each([
    ["model", [null, "m", "n"]],
    ["role", [null, "dev", "dev"]],
    ["session", [null, session, session]],
    ["run", [null, run, run]],
    ["phase", [null, `${run}/build`, `${run}/build`]]
  ])("is summed up by %s, what has none first", async (by, [none, one, another]) =>
    expect(await rowsOf(`groupBy=${by}`)).toEqual(
      [
        [none, "approval.decisions 3 0 30"],
        [one, "tokens.input 17 2 4500000000005"],
        [another, "tokens.output 1 0 1"]
      ].map((row) => row.join(" "))
    )
  )

  it("is that of some days, or of one meter, where asked so", async () => {
    for (const by of ["day", "session"]) {
      const { body } = await get(`/usage?groupBy=${by}&from=2026-10-31&to=2026-11-01&meter=tokens.input`)
      expect(body).toMatchObject({
        from: "2026-10-31",
        to: "2026-11-01",
        rows: [{ meter: "tokens.input", quantity: "7", amount: "5" }],
        total: { amount: "5" }
      })
    }
    for (const [by, group] of [
      ["day", "2026-10-30"],
      ["session", session]
    ])
      expect(await rowsOf(`groupBy=${by}&to=2026-10-31`)).toEqual([`${group} tokens.input 10 0 4500000000000`])
    expect(await rowsOf("groupBy=day&from=2026-11-02")).toEqual([])
    expect(await rowsOf("groupBy=day&from=2026-11-01&to=2026-10-01")).toEqual([])
    expect((await other.get("/usage?groupBy=day")).body).toMatchObject({ rows: [], total: { amount: "0", usd: "0" } })
    expect((await other.get("/usage?groupBy=phase")).body).toMatchObject({ rows: [], truncated: false })
  })

  it("shows a thousand groups, and says that there are more; the total is that of all", async () => {
    const { tenant, get } = await newcomer()
    const many = async (from: number, to: number): Promise<void> => {
      await rows.sql`
        insert into sluice.billing_work (tenant, day, session_id, run_id, phase, role, task_id, meter, quantity, unpriced, amount)
        select ${tenant}, '2026-10-31', to_char(n, '0000'), '', '', '', '', meter, 1, 0, 1
        from generate_series(${from}::integer, ${to}::integer) n, unnest(array['tokens.input', 'tokens.output']) meter`
    }
    await many(1, 1000)
    const whole = (await get("/usage?groupBy=session")).body
    expect(whole).toMatchObject({ truncated: false, total: { amount: "2000" } })
    expect(whole.rows).toHaveLength(2000)
    await many(1001, 1001)
    const { body } = await get("/usage?groupBy=session")
    expect(body).toMatchObject({ truncated: true, total: { amount: "2002" } })
    expect(body.rows).toEqual(whole.rows)
  })

  it("names everything that is wrong with the question", async () => {
    const bad = await get("/usage?groupBy=moon&from=2026-02-29&to=yesterday&meters=x")
    expectProblem(bad, 400, "bad-request")
    expect([...new Set(pointers(bad))].toSorted()).toEqual(
      ["/query/from", "/query/groupBy", "/query/meters", "/query/to"].toSorted()
    )
    for (const query of ["", "groupBy=day&from=0000-01-01", "groupBy=day&to=2026-13-01", "groupBy=day&meter=tokens"])
      expectProblem(await get(`/usage?${query}`), 400, "bad-request")
    expect((await get("/usage?groupBy=day&from=0001-01-01&to=9999-12-31")).body.rows).toHaveLength(4)
  })

  it("is never summed up from the ledger", async () => {
    const { tenant, get } = await newcomer()
    await rows.posted(tenant, { position: 1, amount: "7" })
    expect((await get("/usage?groupBy=day")).body).toMatchObject({ rows: [], total: { amount: "0" } })
  })
})
