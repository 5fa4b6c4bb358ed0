import { BudgetStanding, type BudgetView } from "@sluice/contracts/budget/budget.views"
import { freshId } from "@sluice/contracts/id/id.fresh"
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
  const bearer = await token({ tenant })
  const get = (path: string) => call(`/v1/budgets${path}`, { token: bearer })
  const budget = async (more: Partial<BudgetView> = {}): Promise<BudgetView> => {
    const createdAt = "2026-10-31T12:00:00.001Z"
    const made: BudgetView = {
      ...{ id: freshId(), name: "b", scope: { type: "tenant", id: null }, period: "month", limit: "1000" },
      ...{ blocks: true, notify: ["pm"], active: true, version: 1, createdAt, updatedAt: createdAt },
      ...more
    }
    await rows.budget(tenant, made)
    return made
  }
  return { tenant, bearer, get, budget }
}
const exactly = Schema.decodeUnknownResult(BudgetStanding, { onExcessProperty: "error" })
const today = new Date().toISOString().slice(0, 10)
const thisMonth = today.slice(0, 7)

describe("reading a budget", () => {
  it.each([
    ["month", thisMonth, `${thisMonth}-01T00:00:00.000Z`],
    ["day", today, `${today}T00:00:00.000Z`],
    ["none", "", null]
  ] as const)("of the period %s says what is spent in the one that runs", async (period, running, periodStart) => {
    const { tenant, get, budget } = await newcomer()
    const made = await budget({ period, version: 3 })
    for (const one of new Set(["", "2020-01", "2020-01-01", thisMonth, today]))
      await rows.spent(tenant, made.id, one, one === running ? "799" : "5000")
    const answer = await get(`/${made.id.toUpperCase()}?minVersion=3`)
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"3"' } })
    expect(exactly(answer.body)._tag).toBe("Success")
    const spent = { amount: "799", usd: "0.000000000000799" }
    expect(answer.body).toEqual({ ...made, periodStart, spent, percent: 79, blocking: false })
  })

  it.each([
    [{}, null, 0, false],
    [{}, "999", 99, false],
    [{}, "1000", 100, true],
    [{}, "12345", 1234, true],
    [{ blocks: false }, "1000", 100, false],
    [{ active: false }, "1000", 100, false],
    [{ limit: "1" }, "9".repeat(33), Number.MAX_SAFE_INTEGER, true]
  ])("%j of which %s is spent: %d percent, blocking %s", async (more, spent, percent, blocking) => {
    const { tenant, get, budget } = await newcomer()
    const { id } = await budget(more)
    if (spent !== null) await rows.spent(tenant, id, thisMonth, spent)
    const { body } = await get(`/${id}`)
    expect(body).toMatchObject({ spent: { amount: spent ?? "0" }, percent, blocking })
    expect(exactly(body)._tag).toBe("Success")
  })

  it("knows nothing of another tenant's and of none", async () => {
    const [one, other] = [await newcomer(), await newcomer()]
    const { id } = await one.budget()
    expectProblem(await other.get(`/${id}`), 404, "budget-not-found", { budgetId: id })
    expectProblem(await one.get(`/${freshId()}?minVersion=1&wait=1s`), 404, "budget-not-found")
    expectProblem(await one.get("/nothing"), 400, "bad-request")
  })

  it("waits for a version that is on its way", async () => {
    const { bearer, get } = await newcomer()
    const json = { name: "b", scope: { type: "tenant" }, limit: "1" }
    const { body } = await call("/v1/budgets", { token: bearer, json })
    expectProblem(await get(`/${body.id}?minVersion=1`), 503, "not-yet-visible")
    expectProblem(await get(`/${body.id}`), 404, "budget-not-found")
  })
})

describe("listing budgets", () => {
  it("answers them newest first, active or not, and in pages", async () => {
    const { tenant, get, budget } = await newcomer()
    const made: Array<string> = []
    for (let index = 0; index < 5; index++) {
      const createdAt = `2026-10-31T12:00:0${Math.floor(index / 2)}.001Z`
      made.unshift((await budget({ createdAt, active: index !== 1 })).id)
    }
    await rows.spent(tenant, made[0] as string, thisMonth, "1000")
    const { body } = await get("")
    expect(body.items.every((item: unknown) => exactly(item)._tag === "Success")).toBe(true)
    const ids = body.items.map(({ id }: BudgetView) => id)
    expect(ids).toEqual(made)
    expect(body.items[0]).toMatchObject({ spent: { amount: "1000" }, percent: 100, blocking: true })
    for (const limit of [1, 2, 3]) {
      const walked: Array<string> = []
      for (let cursor = ""; ; ) {
        const { body } = await get(`?limit=${limit}${cursor}`)
        walked.push(...body.items.map(({ id }: BudgetView) => id))
        if (body.nextCursor === null) break
        cursor = `&cursor=${body.nextCursor}`
      }
      expect(walked).toEqual(made)
    }
    expect((await get("?active=false")).body.items.map(({ id }: BudgetView) => id)).toEqual([made[3]])
    expect((await get("?active=true")).body.items).toHaveLength(4)
    expect((await (await newcomer()).get("")).body).toEqual({ items: [], nextCursor: null })
    const bad = await get("?active=yes&limit=201")
    expectProblem(bad, 400, "bad-request")
    expect([...new Set(pointers(bad))].toSorted()).toEqual(["/query/active", "/query/limit"])
    expectProblem(await get("?cursor=x"), 400, "bad-request")
  })

  it("is for billing:read", async () => {
    const weak = await token({ scope: "sessions:read" })
    for (const path of ["", `/${freshId()}`])
      expectProblem(await call(`/v1/budgets${path}`, { token: weak }), 403, "scope-missing")
  })
})
