import { BalanceView, EntryView, PricesView } from "@sluice/contracts/billing/billing.views"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { billingRows } from "../testing/rows.billing.ts"

const { call, token, database } = await runningApi()
const rows = billingRows(database.adminUrl)
const asApi = postgres(database.urlFor("sluice_api"), { max: 1, onnotice: () => {} })
afterAll(() => asApi.end())

/** Somebody with a tenant of their own, so that specs do not see each other's rows. */
let tenants = 0
const newcomer = async () => {
  const tenant = `payer-${tenants++}`
  const bearer = await token({ tenant, scope: "billing:read" })
  const get = (path: string) => call(`/v1/billing${path}`, { token: bearer })
  /** Every item of a list, page by page. */
  const walk = async (path: string): Promise<ReadonlyArray<{ readonly [field: string]: unknown }>> => {
    const { body } = await get(path)
    const rest = body.nextCursor === null ? [] : await walk(path.replace(/&cursor=.*|$/, `&cursor=${body.nextCursor}`))
    return [...body.items, ...rest]
  }
  return { tenant, get, walk }
}
const exactly = (schema: Schema.Codec<unknown, unknown>) =>
  Schema.decodeUnknownResult(schema as Schema.Codec<unknown, unknown, never, never>, { onExcessProperty: "error" })
const other = await newcomer()

describe("price books", () => {
  const prices = [{ meter: "tokens.input", model: "*", tiers: [{ upTo: null, price: "3000000000" }] }]

  it("are listed newest version first, in pages, and read by their version", async () => {
    const { tenant, get, walk } = await newcomer()
    for (const version of [1, 2, 3])
      await rows.book(tenant, { version, effectiveFrom: `2026-0${4 - version}-01T00:00:00Z`, prices })
    expect((await walk("/prices?limit=2")).map(({ version }) => version)).toEqual([3, 2, 1])
    const { body } = await get("/prices/2")
    expect(body).toEqual({
      version: 2,
      effectiveFrom: "2026-02-01T00:00:00.000Z",
      prices,
      publishedAt: "2026-01-01T00:00:00.000Z",
      publishedBy: { kind: "user", id: "ada", roles: ["pm"] }
    })
    expect(exactly(PricesView)(body)._tag).toBe("Success")
    expect((await other.get("/prices")).body).toEqual({ items: [], nextCursor: null })
    expectProblem(await other.get("/prices/2"), 404, "prices-not-found", { version: 2 })
    expectProblem(await get("/prices/4"), 404, "prices-not-found")
    for (const version of ["0", "-1", "1.5", "x", "2147483648"])
      expectProblem(await get(`/prices/${version}`), 400, "bad-request")
    expectProblem(await get("/prices?cursor=x"), 400, "bad-request")
  })
})

describe("the ledger", () => {
  it("is listed newest first, in pages, also where one event posted many entries", async () => {
    const { tenant, get, walk } = await newcomer()
    for (const [position, lines] of [
      [3, 1],
      [5, 4],
      [8, 2]
    ] as const)
      for (let line = 0; line < lines; line++) await rows.posted(tenant, { position, line })
    const ids = ["8-1", "8-0", "5-3", "5-2", "5-1", "5-0", "3-0"]
    for (const limit of [1, 2, 3, 7, 50])
      expect((await walk(`/ledger?limit=${limit}`)).map(({ id }) => id)).toEqual(ids)
    const { body } = await get("/ledger?limit=1")
    await rows.posted(tenant, { position: 9 })
    expect((await get(`/ledger?limit=2&cursor=${body.nextCursor}`)).body.items).toMatchObject([
      { id: "8-0" },
      { id: "5-3" }
    ])
    expect((await other.walk("/ledger?limit=2")).length).toBe(0)
  })

  it("shows what each entry is, exactly", async () => {
    const { tenant, get } = await newcomer()
    const session = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"
    const amount = "900719925474099300000000000000000"
    await rows.posted(tenant, { position: 4, amount: "4500000000000", model: "m", quantity: 3, session })
    await rows.posted(tenant, {
      position: 5,
      kind: "credit",
      amount,
      reason: "welcome",
      month: "2026-11"
    })
    const { items } = (await get("/ledger")).body
    for (const item of items) expect(exactly(EntryView)(item)._tag).toBe("Success")
    const nothing = { model: null, role: null, sessionId: null, runId: null, phase: null }
    expect(items).toEqual([
      {
        ...{ id: "5-0", kind: "credit", debit: "credits", credit: "balance" },
        ...{ amount, usd: "900719925474099300" },
        ...{ at: "2026-10-31T12:00:00.500Z", month: "2026-11", meter: null, quantity: null, priceVersion: null },
        ...{ ...nothing, reason: "welcome", eventId: items[0].eventId }
      },
      {
        ...{ id: "4-0", kind: "usage", debit: "balance", credit: "usage", amount: "4500000000000", usd: "0.0045" },
        ...{ at: "2026-10-31T12:00:00.500Z", month: "2026-10", meter: "tokens.input", quantity: "3", priceVersion: 1 },
        ...{ ...nothing, model: "m", sessionId: session, reason: null, eventId: items[1].eventId }
      }
    ])
  })

  it("can be narrowed by kind, month and session", async () => {
    const { tenant, get, walk } = await newcomer()
    const session = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"
    await rows.posted(tenant, { position: 1, session })
    await rows.posted(tenant, { position: 2, kind: "reversal", session })
    await rows.posted(tenant, { position: 3, month: "2026-11", session })
    await rows.posted(tenant, { position: 4, kind: "adjustment" })
    const ids = async (query: string) => (await walk(`/ledger?limit=1&${query}`)).map(({ id }) => id)
    expect(await ids("kind=usage")).toEqual(["3-0", "1-0"])
    expect(await ids("month=2026-10")).toEqual(["4-0", "2-0", "1-0"])
    expect(await ids(`session=${session.toUpperCase()}`)).toEqual(["3-0", "2-0", "1-0"])
    expect(await ids(`kind=usage&month=2026-10&session=${session}`)).toEqual(["1-0"])
    const bad = await get("/ledger?kind=gift&month=2026-13&limit=0&who=me")
    expectProblem(bad, 400, "bad-request")
    expect([...new Set(pointers(bad))].toSorted()).toEqual(
      ["/query/kind", "/query/limit", "/query/month", "/query/who"].toSorted()
    )
    for (const cursor of ["x", Buffer.from("[1,2147483648]").toString("base64url")])
      expectProblem(await get(`/ledger?cursor=${cursor}`), 400, "bad-request")
  })

  it("does not scan: a page of a ledger with many entries reads few rows", async () => {
    const { tenant } = await newcomer()
    await rows.sql`
      insert into sluice.billing_ledger (tenant, position, line, kind, source_id, meter, part, revision, item, event_id, debit,
        credit, amount, quantity, price_version, at, month, late, model, role, session_id, run_id, phase)
      select ${tenant}, n, 0, 'usage', gen_random_uuid(), 'tokens.input', 0, 0, 0, gen_random_uuid(), 'balance', 'usage', 1, 1, 1,
        now(), '2026-' || to_char(1 + n / 2000, 'FM00'), false, '', '', '', '', '' from generate_series(1, 20000) n`
    await rows.sql`analyze sluice.billing_ledger`
    for (const [month, before] of [
      [null, null],
      ["2026-03", null],
      ["2026-03", 5000]
    ] as const) {
      const [read] = await asApi.begin(async (transaction) => {
        const [{ page }] = (await transaction`
          select sluice.list_ledger(${tenant}, null, ${month}, null, 10, ${before}, ${before}) as page`) as unknown as [
          { page: Array<unknown> }
        ]
        expect(page).toHaveLength(10)
        return transaction`
          select (coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0))::integer as rows
          from pg_stat_xact_user_tables where relid = 'sluice.billing_ledger'::regclass`
      })
      expect(read?.rows).toBeGreaterThanOrEqual(10)
      expect(read?.rows).toBeLessThan(100)
    }
  })
})

describe("the balance", () => {
  it("is credits and adjustments less usage", async () => {
    const { tenant, get } = await newcomer()
    const none = { amount: "0", usd: "0" }
    expect((await get("/balance")).body).toEqual({
      ...none,
      credits: none,
      adjustments: none,
      usage: none,
      unpriced: []
    })
    await rows.line(tenant, { month: "2026-09", kind: "credit", amount: "-10000000000000000" })
    await rows.line(tenant, { month: "2026-09", kind: "usage", meter: "tokens.input", amount: "2500000000000000" })
    await rows.line(tenant, { month: "2026-10", kind: "usage", meter: "tokens.input", amount: "1000000000000000" })
    await rows.line(tenant, { month: "2026-10", kind: "late", meter: "tokens.input", amount: "500000000000000" })
    await rows.line(tenant, { month: "2026-10", kind: "adjustment", amount: "-250000000000000" })
    await rows.line(tenant, { month: "2026-11", kind: "adjustment", amount: "1250000000000000" })
    await rows.used(tenant, { day: "2026-10-01", model: "m", quantity: 5, unpriced: 2 })
    await rows.used(tenant, { day: "2026-11-01", model: "m", role: "dev", quantity: 5, unpriced: 3 })
    await rows.used(tenant, { day: "2026-11-01", meter: "session.seconds", quantity: 5 })
    const { body } = await get("/balance")
    expect(exactly(BalanceView)(body)._tag).toBe("Success")
    expect(body).toEqual({
      ...{ amount: "5000000000000000", usd: "5" },
      credits: { amount: "10000000000000000", usd: "10" },
      adjustments: { amount: "-1000000000000000", usd: "-1" },
      usage: { amount: "-4000000000000000", usd: "-4" },
      unpriced: [{ meter: "tokens.input", model: "m", quantity: "5" }]
    })
    expect((await other.get("/balance")).body).toMatchObject({ amount: "0", unpriced: [] })
  })
})

it("billing is for billing:read", async () => {
  const weak = await token({ scope: "sessions:read notifications:read" })
  for (const path of ["/prices", "/prices/1", "/usage", "/ledger", "/balance", "/statements", "/statements/2026-10"])
    expectProblem(await call(`/v1/billing${path}`, { token: weak }), 403, "scope-missing")
  expectProblem(await call("/v1/billing/forecast", { token: weak, json: {} }), 403, "scope-missing")
})

it("the API's role sees the tenant that is set, and no other one", async () => {
  const { tenant } = await newcomer()
  await rows.posted(tenant, { position: 1 })
  await rows.used(tenant, { day: "2026-10-01" })
  await rows.line(tenant, { month: "2026-10", amount: "1" })
  await rows.closed(tenant, "2026-09")
  await rows.book(tenant, { version: 1, effectiveFrom: "2026-01-01T00:00:00Z", prices: [] })
  const tables = ["ledger", "days", "work", "months", "statements", "accounts", "prices"]
  const seen = (by: string) =>
    asApi.begin(async (transaction) => {
      await transaction`select set_config('sluice.tenant', ${by}, true)`
      const counts = tables.map(
        (table) => transaction<{ count: number }[]>`
          select count(*)::integer as count from sluice.${transaction(`billing_${table}`)}`
      )
      return (await Promise.all(counts)).map(([row]) => row?.count)
    })
  expect(await seen(tenant)).toEqual(tables.map(() => 1))
  expect(await seen("somebody-else")).toEqual(tables.map(() => 0))
})
