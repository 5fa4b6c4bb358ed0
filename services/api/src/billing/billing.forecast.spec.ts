import { ForecastView } from "@sluice/contracts/billing/billing.views"
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
  const forecast = (json: object) => call("/v1/billing/forecast", { token: bearer, json })
  return { tenant, forecast }
}
const [input, output] = [
  { meter: "tokens.input", quantity: 2500 },
  { meter: "tokens.output", quantity: 2500 }
]

describe("a forecast by averages", () => {
  it("of 10 tasks of 5,000 tokens at 3 and 15 USD per million, with 20 % on top, is 0.54 USD", async () => {
    const { forecast } = await newcomer()
    const usage = [
      { ...input, price: "3000000000" },
      { ...output, price: "15000000000" }
    ]
    const answer = await forecast({ tasks: 10, margin: 20, averages: { usage } })
    expect(answer.status).toBe(200)
    expect(Schema.is(ForecastView)(answer.body)).toBe(true)
    expect(answer.body).toEqual({
      ...{ tasks: 10, margin: 20, history: null, low: null, high: null },
      expected: { amount: "540000000000000", usd: "0.54" }
    })
  })

  it("takes prices that are not given from the book in force, the model's own first", async () => {
    const { tenant, forecast } = await newcomer()
    const price = (meter: string, model: string, price: string) => ({ meter, model, tiers: [{ upTo: null, price }] })
    const averages = { usage: [{ ...input, model: "m" }, output] }
    expectProblem(await forecast({ tasks: 10, averages }), 409, "nothing-to-forecast", {
      detail: "No price book is in force: publish one, or give prices"
    })
    const now = [
      price("tokens.input", "*", "1"),
      price("tokens.input", "m", "3000000000"),
      price("tokens.output", "*", "15000000000")
    ]
    await rows.book(tenant, { version: 1, effectiveFrom: "2026-01-01T00:00:00Z", prices: [] })
    await rows.book(tenant, {
      version: 2,
      effectiveFrom: "2026-02-01T00:00:00Z",
      prices: [price("tokens.input", "*", "9")]
    })
    await rows.book(tenant, { version: 3, effectiveFrom: "2026-02-01T00:00:00Z", prices: now })
    await rows.book(tenant, { version: 4, effectiveFrom: "2026-01-02T00:00:00Z", prices: [] })
    await rows.book(tenant, { version: 5, effectiveFrom: "9999-01-01T00:00:00Z", prices: [] })
    expect((await forecast({ tasks: 10, averages })).body).toMatchObject({ margin: 0, expected: { usd: "0.45" } })
    const seconds = [{ meter: "session.seconds", quantity: 1 }]
    expectProblem(await forecast({ tasks: 1, averages: { usage: seconds } }), 409, "nothing-to-forecast", {
      detail: "The price book in force has no price for session.seconds"
    })
  })

  it("goes on where this month's tiers stand", async () => {
    const { tenant, forecast } = await newcomer()
    const tiers = [
      { upTo: "1000", price: "10" },
      { upTo: null, price: "1" }
    ]
    const month = new Date().toISOString().slice(0, 7)
    await rows.book(tenant, {
      version: 1,
      effectiveFrom: "2026-01-01T00:00:00Z",
      prices: [{ meter: "tokens.input", model: "*", tiers }]
    })
    const cost = async () =>
      (await forecast({ tasks: 2, averages: { usage: [{ ...input, model: "m", quantity: 400 }] } })).body.expected
        .amount
    expect(await cost()).toBe("8000")
    for (const [model, used] of [
      ["m", 900],
      ["n", 5000]
    ] as const)
      await rows.sql`
        insert into sluice.billing_counters (tenant, month, meter, model, quantity)
        values (${tenant}, ${month}, 'tokens.input', ${model}, ${used}), (${tenant}, '2026-01', 'tokens.input', ${model}, 7)`
    expect(await cost()).toBe("1700")
  })

  it("names everything that is wrong with it", async () => {
    const { forecast } = await newcomer()
    const usage = [
      { meter: "tokens", quantity: 1 },
      { meter: "session.seconds", model: "m", quantity: 1 },
      { meter: "tokens.input", quantity: 1, price: "1" }
    ]
    const about = async (json: object) => {
      const answer = await forecast(json)
      expectProblem(answer, 422, "input-refused")
      return [...new Set(pointers(answer))].toSorted()
    }
    const meters = ["/averages/usage/0/meter", "/averages/usage/1/model"]
    expect(await about({ tasks: 1, averages: { usage } })).toEqual(meters)
    const worse = [...usage, { meter: "tokens.input", quantity: -1, price: 0.5, more: 1 }, { quantity: 1.5 }]
    expect(await about({ tasks: 0, margin: 0.5, averages: { usage: worse }, run: "x" })).toEqual(
      [
        ...meters,
        "/averages/usage/3/more",
        "/averages/usage/3/price",
        "/averages/usage/3/quantity",
        "/averages/usage/4/meter",
        "/averages/usage/4/quantity",
        "/margin",
        "/run",
        "/tasks"
      ].toSorted()
    )
    expect(await about({})).toEqual(["/tasks"])
    const dear = { meter: "tokens.input", quantity: Number.MAX_SAFE_INTEGER, price: "9".repeat(18) }
    expect(await about({ tasks: 1_000_000, averages: { usage: [dear] } })).toEqual(["/averages"])
  })
})

describe("a forecast by history", () => {
  const USD = 10n ** 15n

  it("rests on what tasks cost so far, on all their days and meters", async () => {
    const { tenant, forecast } = await newcomer()
    const spend = (task: string, day: string, usd: bigint, meter = "tokens.input") =>
      rows.used(tenant, { day, task, meter, session: `of ${task}`, amount: String(usd * USD) })
    await spend("", "2026-10-01", 1000n)
    await spend("a", "2026-10-01", 1n)
    for (const json of [{ tasks: 2 }, { tasks: 2, margin: 50 }])
      expectProblem(await forecast(json), 409, "nothing-to-forecast")
    await spend("a", "2026-10-02", 1n, "tokens.output")
    await spend("b", "2026-10-01", 2n)
    await spend("c", "2026-10-01", 4n)
    await spend("d", "2026-10-01", 8n)
    const { body } = await forecast({ tasks: 2, margin: 50 })
    expect(Schema.is(ForecastView)(body)).toBe(true)
    expect(body).toMatchObject({
      history: { tasks: 4, mean: { usd: "4" }, standardDeviation: { amount: "2828427124746190" } },
      expected: { usd: "12" },
      low: { usd: "4" },
      high: { usd: "20" }
    })
    const stranger = await newcomer()
    expectProblem(await stranger.forecast({ tasks: 2 }), 409, "nothing-to-forecast")
  })

  it("rests on the newest thousand tasks", async () => {
    const { tenant, forecast } = await newcomer()
    await rows.sql`
      insert into sluice.billing_work (tenant, day, session_id, run_id, phase, role, task_id, meter, quantity, unpriced, amount)
      select ${tenant}, '2026-01-01'::date + n, '', '', '', '', 'task ' || n, 'tokens.input', 1, 0, case when n <= 5 then 1000000 else 2 end
      from generate_series(1, 1005) n`
    expect((await forecast({ tasks: 3 })).body).toMatchObject({
      history: { tasks: 1000, mean: { amount: "2" }, standardDeviation: { amount: "0" } },
      expected: { amount: "6" }
    })
  })
})
