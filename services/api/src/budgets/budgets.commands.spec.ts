import { BudgetView } from "@sluice/contracts/budget/budget.views"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"

const { call, token, database } = await runningApi()
const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const RUN = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"
const october = { name: "October", scope: { type: "tenant" }, limit: "5000000000000000" }
const create = (json: unknown = october, headers = {}) => call("/v1/budgets", { method: "POST", json, headers })
const patch = (id: string, json: unknown, headers = {}) => call(`/v1/budgets/${id}`, { method: "PATCH", json, headers })
const typesOf = async (id: string): Promise<ReadonlyArray<string>> => {
  const rows = await sql`select type from sluice.events where stream_id = ${`budget-${id}`} order by version`
  return rows.map(({ type }) => type)
}

describe("setting a budget", () => {
  it("answers 201 with it", async () => {
    const answer = await create({ ...october, period: "day", blocks: true, notify: ["finance", "pm", "finance"] })
    expect(answer).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: `/v1/budgets/${answer.body.id}` },
      body: {
        ...october,
        scope: { type: "tenant", id: null },
        period: "day",
        blocks: true,
        notify: ["finance", "pm"],
        active: true,
        version: 1
      }
    })
    expect(Schema.decodeUnknownResult(BudgetView, { onExcessProperty: "error" })(answer.body)._tag).toBe("Success")
  })

  it("goes by the month, blocks nothing and tells nobody, unless told", async () =>
    expect((await create()).body).toMatchObject({ period: "month", blocks: false, notify: [] }))

  it("takes capitals of a UUID for small letters", async () => {
    const answer = await create({ ...october, scope: { type: "phase", id: `${RUN.toUpperCase()}/Build` } })
    expect(answer.body.scope).toEqual({ type: "phase", id: `${RUN}/Build` })
  })

  it("names every fault at once", async () => {
    for (const limit of ["-5", "1.5", "0", 5]) {
      const answer = await create({
        name: "",
        scope: { type: "run", id: "x" },
        limit,
        period: "week",
        blocks: "yes",
        notify: [""],
        currency: "EUR"
      })
      expectProblem(answer, 422, "input-refused")
      expect(new Set(pointers(answer))).toEqual(
        new Set(["/name", "/scope/id", "/limit", "/period", "/blocks", "/notify/0", "/currency"])
      )
    }
  })

  it.each([
    [undefined, "/scope"],
    [{}, "/scope/type"],
    [{ type: "planet", id: "earth" }, "/scope/type"],
    [{ type: "role" }, "/scope"],
    [{ type: "tenant", id: "acme" }, "/scope"],
    [{ type: "session", id: "7" }, "/scope/id"],
    [{ type: "phase", id: RUN }, "/scope/id"],
    [{ type: "role", id: "x".repeat(51) }, "/scope/id"]
  ])("needs a scope, and not %j", async (scope, pointer) => {
    const answer = await create({ ...october, limit: "-1", scope })
    expectProblem(answer, 422, "input-refused")
    expect(new Set(pointers(answer))).toEqual(new Set([pointer, "/limit"]))
  })

  it("under an Idempotency-Key is done once", async () => {
    const headers = { "idempotency-key": "budget" }
    const first = await create(october, headers)
    await patch(first.body.id, { name: "other" })
    const again = await create(october, headers)
    expect(again).toMatchObject({ status: 200, headers: { etag: '"1"', "idempotency-replayed": "true" } })
    expect(again.body).toEqual(first.body)
    expectProblem(await create({ ...october, name: "x" }, headers), 422, "idempotency-key-reused")
  })
})

describe("changing a budget", () => {
  it("changes what is told, and answers the same again without an event", async () => {
    const { id } = (await create()).body
    const changed = await patch(id, { limit: "7", notify: ["cfo"], active: false, name: "October" })
    expect(changed).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { id, name: "October", limit: "7", notify: ["cfo"], active: false, version: 2 }
    })
    expect((await patch(id, { limit: "7", active: false })).body).toEqual(changed.body)
    expect((await patch(id, { active: true, blocks: true })).body).toMatchObject({ active: true, blocks: true })
    expect(await typesOf(id)).toEqual(["budget.created", "budget.updated", "budget.updated"])
  })

  it("names every fault at once; scope and period stay", async () => {
    const { id } = (await create()).body
    const answer = await patch(id, { name: "", limit: "0", active: "no", scope: { type: "tenant" }, period: "day" })
    expectProblem(answer, 422, "input-refused")
    expect(new Set(pointers(answer))).toEqual(new Set(["/name", "/limit", "/active", "/scope", "/period"]))
    expectProblem(await patch(id, {}), 422, "input-refused")
  })

  it("holds to If-Match and to an Idempotency-Key", async () => {
    const { id } = (await create()).body
    expectProblem(await patch(id, { name: "b" }, { "if-match": '"2"' }), 412, "precondition-failed", { version: 1 })
    const headers = { "if-match": '"1"', "idempotency-key": `patch ${id}` }
    const first = await patch(id, { name: "b" }, headers)
    await patch(id, { name: "c" })
    const again = await patch(id, { name: "b" }, headers)
    expect(again).toMatchObject({ status: 200, headers: { etag: '"2"', "idempotency-replayed": "true" } })
    expect(again.body).toEqual(first.body)
  })

  it("says that there is none before anything about the input, also of another tenant's", async () => {
    const { id } = (await create()).body
    const stranger = { token: await token({ tenant: "other" }) }
    for (const json of [{ name: "x" }, { limit: "0" }])
      for (const [path, by] of [
        [id, stranger],
        [RUN, {}]
      ] as const)
        expectProblem(await call(`/v1/budgets/${path}`, { method: "PATCH", json, ...by }), 404, "budget-not-found", {
          budgetId: path
        })
    expectProblem(await patch(RUN, { name: "x" }, { "if-match": '"1"' }), 404, "budget-not-found")
    expectProblem(await patch("x", { name: "x" }), 400, "bad-request")
    expect(await typesOf(id)).toEqual(["budget.created"])
  })
})

it("budgets are for billing:admin", async () => {
  const { id } = (await create()).body
  const weak = { token: await token({ scope: "billing:read" }) }
  for (const [path, method] of [
    ["/v1/budgets", "POST"],
    [`/v1/budgets/${id}`, "PATCH"]
  ] as const) {
    expectProblem(await call(path, { method, json: {}, ...weak }), 403, "scope-missing", { scopes: ["billing:admin"] })
    expectProblem(await call(path, { method, json: {}, token: "" }), 401, "unauthenticated")
  }
})
