import { StatementView } from "@sluice/contracts/billing/billing.views"
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
  const get = (path: string, accept?: string) =>
    call(`/v1/billing/statements${path}`, { token: bearer, ...(accept === undefined ? {} : { headers: { accept } }) })
  return { tenant, get }
}
const exactly = Schema.decodeUnknownResult(StatementView, { onExcessProperty: "error" })
const thisMonth = new Date().toISOString().slice(0, 7)
const nextMonth = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 1, 3))
  .toISOString()
  .slice(0, 7)
const used = { kind: "usage", meter: "tokens.input", model: "m", role: "dev", quantity: "3", amount: "4500000000000" }
const other = await newcomer()

describe("a month's statement", () => {
  it("is made of the sums as they stand, while the month is open", async () => {
    const { tenant, get } = await newcomer()
    await rows.line(tenant, { ...used, kind: "usage", month: thisMonth, quantity: 3 })
    await rows.line(tenant, { month: thisMonth, kind: "credit", amount: "-1000000000000000" })
    await rows.line(tenant, { month: "2020-01", amount: "7" })
    await rows.used(tenant, { day: `${thisMonth}-01`, model: "n", quantity: 5, unpriced: 4 })
    await rows.used(tenant, { day: `${nextMonth}-01`, model: "n", quantity: 5, unpriced: 5 })
    const { body } = await get(`/${thisMonth}`)
    expect(exactly(body)._tag).toBe("Success")
    expect(body).toEqual({
      month: thisMonth,
      status: "open",
      closedAt: null,
      lines: [
        { ...used, usd: "0.0045" },
        ...[
          {
            kind: "credit",
            meter: null,
            model: null,
            role: null,
            quantity: null,
            amount: "-1000000000000000",
            usd: "-1"
          }
        ]
      ],
      charges: { amount: "4500000000000", usd: "0.0045" },
      credits: { amount: "-1000000000000000", usd: "-1" },
      due: "0.00",
      unpriced: [{ meter: "tokens.input", model: "n", quantity: "4" }]
    })
    expect((await other.get(`/${thisMonth}`)).body).toMatchObject({ lines: [], unpriced: [], due: "0.00" })
  })

  it("is as it was closed, whatever comes later", async () => {
    const { tenant, get } = await newcomer()
    const unpriced = [{ meter: "tokens.input", model: "", quantity: "2" }]
    await rows.closed(
      tenant,
      "2026-09",
      [used, { ...used, model: "", quantity: "12", amount: "500000000000" }],
      unpriced
    )
    await rows.line(tenant, { month: "2026-09", amount: "99" })
    await rows.used(tenant, { day: "2026-09-01", model: "n", quantity: 5, unpriced: 4 })
    const { body } = await get("/2026-09")
    expect(exactly(body)._tag).toBe("Success")
    expect(body).toMatchObject({
      status: "closed",
      closedAt: "2026-11-02T03:04:05.678Z",
      lines: [
        { model: null, quantity: "12", amount: "500000000000", usd: "0.0005" },
        { model: "m", quantity: "3" }
      ],
      charges: { amount: "5000000000000" },
      // Half a cent, and the even one is below.
      due: "0.00",
      unpriced
    })
  })

  it("that is over and of which there is nothing is empty", async () => {
    const { tenant, get } = await newcomer()
    const empty = { lines: [], charges: { amount: "0", usd: "0" }, due: "0.00", unpriced: [] }
    expect((await get("/2026-03")).body).toMatchObject({ status: "open", closedAt: null, ...empty })
    await rows.closed(tenant, "2026-04", [used])
    const closedAt = "2026-11-02T03:04:05.678Z"
    expect((await get("/2026-03")).body).toMatchObject({ status: "closed", closedAt, ...empty })
    expect((await get("/0001-01")).body).toMatchObject({ status: "closed", ...empty })
    expect((await get("/2026-05")).body).toMatchObject({ status: "open", closedAt: null, ...empty })
    await rows.sql`update sluice.billing_accounts set closed_through = '2026-06' where tenant = ${tenant}`
    expect((await get("/2026-05")).body).toMatchObject({ status: "closed", closedAt: null, ...empty })
    expect((await get("/2026-04")).body.lines).toHaveLength(1)
  })

  it("that has not begun is not there", async () => {
    const { tenant, get } = await newcomer()
    await rows.line(tenant, { month: nextMonth, amount: "1" })
    for (const month of [nextMonth, "9999-12"])
      expectProblem(await get(`/${month}`), 404, "statement-not-found", { month })
    expectProblem(await get(`/${nextMonth}?format=csv`), 404, "statement-not-found")
    for (const month of ["2026", "2026-00", "2026-13", "0000-01", "2026-1", "october"])
      expectProblem(await get(`/${month}`), 400, "bad-request")
    const bad = await get("/2026-10?format=pdf&x=1")
    expectProblem(bad, 400, "bad-request")
    expect([...new Set(pointers(bad))].toSorted()).toEqual(["/query/format", "/query/x"])
  })
})

describe("statements", () => {
  it("are listed newest month first, in pages: the month that runs, and each one of which there is something", async () => {
    const { tenant, get } = await newcomer()
    await rows.closed(tenant, "2025-12", [used])
    await rows.line(tenant, { month: "2025-12", amount: "4500000000000" })
    await rows.line(tenant, { month: "2026-01", amount: "1" })
    await rows.used(tenant, { day: "2026-02-28", unpriced: 1 })
    await rows.line(tenant, { month: nextMonth, amount: "1" })
    const months = [thisMonth, "2026-02", "2026-01", "2025-12"]
    const { items } = (await get("")).body
    expect(items.every((item: unknown) => exactly(item)._tag === "Success")).toBe(true)
    expect(items.map(({ month, status }: StatementView) => `${month} ${status}`)).toEqual([
      `${thisMonth} open`,
      "2026-02 open",
      "2026-01 open",
      "2025-12 closed"
    ])
    for (const item of items) expect((await get(`/${item.month}`)).body).toEqual(item)
    for (const limit of [1, 2, 3]) {
      const walked: Array<string> = []
      for (let cursor = ""; ; ) {
        const { body } = await get(`?limit=${limit}${cursor}`)
        walked.push(...body.items.map(({ month }: StatementView) => month))
        if (body.nextCursor === null) break
        cursor = `&cursor=${body.nextCursor}`
      }
      expect(walked).toEqual(months)
    }
    expect((await other.get("")).body.items).toMatchObject([{ month: thisMonth, lines: [] }])
    for (const cursor of ["x", Buffer.from('["0000-01"]').toString("base64url")])
      expectProblem(await get(`?cursor=${cursor}`), 400, "bad-request")
  })
})

describe("a statement for spreadsheets", async () => {
  const { tenant, get } = await newcomer()
  await rows.closed(
    tenant,
    "2026-09",
    [
      { ...used, role: "=1+2", model: '+"m",\n' },
      { ...used, role: "-dev", model: "@m", quantity: "-3", amount: "-12500000000000000" },
      { kind: "credit", meter: "", model: "", role: "", quantity: "0", amount: "-1000000000000000" }
    ],
    [{ meter: "tokens.output", model: "ünpriced", quantity: "7" }]
  )
  const file = [
    "month,status,kind,meter,model,role,quantity,amount,usd",
    '2026-09,closed,usage,tokens.input,"\'+""m"",\n",\'=1+2,3,4500000000000,0.0045',
    // A negative number is no formula.
    "2026-09,closed,usage,tokens.input,'@m,'-dev,-3,-12500000000000000,-12.5",
    "2026-09,closed,credit,,,,,-1000000000000000,-1",
    "2026-09,closed,unpriced,tokens.output,ünpriced,,7,,",
    "2026-09,closed,charges,,,,,-12495500000000000,-12.4955",
    "2026-09,closed,credits,,,,,-1000000000000000,-1",
    "2026-09,closed,due,,,,,-12500000000000000,-12.5",
    ""
  ].join("\r\n")

  it("is CSV, by Accept or by its format", async () => {
    for (const answer of [await get("/2026-09", "text/csv"), await get("/2026-09?format=csv", "text/html")]) {
      expect(answer).toMatchObject({
        status: 200,
        headers: {
          "content-type": "text/csv; charset=utf-8",
          "content-disposition": `attachment; filename="statement-${tenant}-2026-09.csv"`,
          vary: "accept"
        }
      })
      expect(answer.body).toBe(file)
    }
  })

  it("is JSON where nothing else is asked for", async () => {
    for (const answer of [
      await get("/2026-09"),
      await get("/2026-09", "image/png"),
      await get("/2026-09?format=json", "text/csv")
    ])
      expect(answer).toMatchObject({
        headers: { "content-type": "application/json", vary: "accept" },
        body: { month: "2026-09" }
      })
  })
})

describe("a statement for people", () => {
  it("is one page of HTML that loads nothing and escapes everything", async () => {
    const { tenant, get } = await newcomer()
    const script = '<script>alert("1")</script>'
    await rows.closed(
      tenant,
      "2026-09",
      [
        { ...used, role: script, model: "\u202e'&'", quantity: "1234567", amount: "12345000000000000" },
        { kind: "late", meter: "session.seconds", model: "", role: "", quantity: "5", amount: "5" },
        { kind: "credit", meter: "", model: "", role: "", quantity: "0", amount: "-1000000000000000" }
      ],
      [{ meter: "tokens.output", model: script, quantity: "7" }]
    )
    const answer = await get("/2026-09", "text/html,application/xhtml+xml,*/*;q=0.8")
    expect(answer).toMatchObject({
      status: 200,
      headers: { "content-type": "text/html; charset=utf-8", vary: "accept" }
    })
    const page: string = answer.body
    expect(page).not.toContain("<script")
    expect(page).not.toMatch(/\{\{|\b(src|href|url)\b|@import|\u202e/)
    expect(page.split("&lt;script&gt;alert(&quot;1&quot;)&lt;&#x2F;script&gt;")).toHaveLength(3)
    expect(page).toContain("<td> &#39;&amp;&#39;</td>")
    expect(page).toContain('<td class="number">1\u202f234\u202f567</td><td class="number">12.345</td>')
    expect(page).toContain(`<p>${tenant} · closed 2026-11-02 03:04 UTC</p>`)
    const texts = [
      "Late usage",
      "Credits",
      ">12.345000000000005 USD<",
      ">-1 USD<",
      ">12.35 USD<",
      "without a price",
      "@media print"
    ]
    for (const text of texts) expect(page).toContain(text)
    const policy = String(answer.headers["content-security-policy"])
    expect(policy).toContain("default-src 'none'")
    const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? ""
    const digest = await crypto.subtle.digest("SHA-256", Buffer.from(style))
    expect(policy).toContain(`'sha256-${Buffer.from(digest).toString("base64")}'`)
  })

  it("says that a month is not closed, and that nothing was used", async () => {
    const { get } = await newcomer()
    const page: string = (await get(`/${thisMonth}?format=html`)).body
    expect(page).toContain("so far: the month is not closed")
    expect(page).toContain("Nothing was used.")
    expect(page).toContain(">0.00 USD<")
    expect(page).not.toContain("without a price")
    expect(page).not.toContain("Credits")
  })
})
