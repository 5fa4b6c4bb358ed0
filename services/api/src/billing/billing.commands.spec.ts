import { accountId } from "@sluice/contracts/billing/billing.ids"
import { PostingView, PricesView } from "@sluice/contracts/billing/billing.views"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"

const { call, token, database } = await runningApi()
const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

/** Everything of an account is a tenant's: each case has one of its own. */
let tenants = 0
const account = async (claims: object = {}) => {
  const tenant = `t${++tenants}`
  const by = await token({ tenant, ...claims })
  const send =
    (method: string) =>
    (path: string, json?: unknown, headers: Record<string, string> = {}) =>
      call(`/v1/billing/${path}`, { method, token: by, headers, ...(json === undefined ? {} : { json }) })
  const events = () => sql`
    select type, data from sluice.events
    where tenant = ${tenant} and stream_id = ${`billing-${accountId(tenant)}`} order by version`
  return { tenant, put: send("PUT"), post: send("POST"), events }
}
const fits = (schema: Schema.Codec<unknown, unknown>, body: unknown) =>
  Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })(body)._tag

const JUNE = "2026-06-01T00:00:00.000Z"
const input = { meter: "tokens.input", price: "3000000000" }
const book = (effectiveFrom = JUNE, ...prices: ReadonlyArray<object>) => ({ effectiveFrom, prices: [input, ...prices] })
const line = { meter: "tokens.input", model: "*", tiers: [{ upTo: null, price: "3000000000" }] }
const ada = { kind: "user", id: "ada", roles: ["pm"] }
/** The month before the one that runs, and that one. */
const [over, running] = [-1, 0].map((months) => {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)).toISOString().slice(0, 7)
}) as [string, string]

describe("publishing prices", () => {
  it("answers 201 with the book as it is kept, and every other one is the next version", async () => {
    const { put, events } = await account()
    const first = await put("prices", book("2026-06-01T02:00:00+02:00", { meter: "approval.decisions", price: "0" }))
    expect(first).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: "/v1/billing/prices/1" },
      body: {
        version: 1,
        effectiveFrom: JUNE,
        prices: [{ meter: "approval.decisions", model: "*", tiers: [{ upTo: null, price: "0" }] }, line],
        publishedBy: ada
      }
    })
    expect(fits(PricesView, first.body)).toBe("Success")
    const next = await put("prices", book())
    expect(next).toMatchObject({ status: 201, headers: { etag: '"2"' }, body: { version: 2, prices: [line] } })
    expect((await events()).map(({ type, data }) => [type, data.version])).toEqual([
      ["billing.prices-published", 1],
      ["billing.prices-published", 2]
    ])
  })

  it("of the same again is the same version: 200, no event", async () => {
    const { put, events } = await account()
    const first = await put("prices", book())
    await put("prices", book("2026-07-01T00:00:00Z", { meter: "session.seconds", price: "1" }))
    const again = await put("prices", book("2026-06-01T01:00:00+01:00"))
    expect(again).toMatchObject({ status: 200, headers: { etag: '"2"', location: "/v1/billing/prices/1" } })
    expect(again.body).toEqual(first.body)
    expect(await events()).toHaveLength(2)
  })

  it("takes tiers", async () => {
    const { put } = await account()
    const tiers = [
      { upTo: "1000000", price: "5" },
      { upTo: null, price: "4" }
    ]
    const answer = await put("prices", {
      effectiveFrom: JUNE,
      prices: [{ meter: "tokens.output", model: "gemini", tiers }]
    })
    expect(answer.body.prices).toEqual([{ meter: "tokens.output", model: "gemini", tiers }])
  })

  it("names every fault at once, those of meters and of closed months beside those of the shape", async () => {
    const { put, post } = await account()
    await post(`statements/${over}/close`)
    const dated = `${over}-10T00:00:00Z`
    const answer = await put("prices", {
      effectiveFrom: dated,
      prices: [
        { meter: "tokens.input", price: "-1" },
        { meter: "tokens.input", price: "1.5" },
        { meter: "tokens.input", price: 1 },
        { meter: "gold", price: "1" },
        { meter: "session.seconds", model: "gemini", price: "1" },
        { meter: "tokens.output", tiers: [{ upTo: "5", price: "1" }] },
        { meter: "tokens.output" },
        { meter: "gold", price: "1" }
      ],
      more: true
    })
    expectProblem(answer, 422, "input-refused")
    expect(pointers(answer).toSorted()).toEqual(
      [
        "/effectiveFrom",
        "/more",
        "/prices/0/price",
        "/prices/1/price",
        "/prices/2/price",
        "/prices/3/meter",
        "/prices/4/model",
        "/prices/5/tiers/0/upTo",
        "/prices/6",
        "/prices/7/meter",
        "/prices/7"
      ].toSorted()
    )
    const good = await put("prices", { effectiveFrom: dated, prices: [{ meter: "gold", price: "1" }] })
    expectProblem(good, 422, "input-refused", {
      errors: [
        { pointer: "/effectiveFrom", message: `must not lie in a closed month; ${over} was closed` },
        { pointer: "/prices/0/meter", message: "is no meter" }
      ]
    })
    for (const json of [{}, [], null, 7, { prices: {} }, { effectiveFrom: 7, prices: [null, 7] }])
      expectProblem(await put("prices", json), 422, "input-refused")
  })

  it("under an Idempotency-Key is done once, and answered alike after other books", async () => {
    const { put, events } = await account()
    const headers = { "idempotency-key": "prices" }
    const first = await put("prices", book(), headers)
    await put("prices", book(JUNE, { meter: "session.seconds", price: "1" }))
    const again = await put("prices", book(), headers)
    expect(again).toMatchObject({ status: 200, headers: { etag: '"1"', "idempotency-replayed": "true" } })
    expect(again.body).toEqual(first.body)
    expect(await events()).toHaveLength(2)
    expectProblem(await put("prices", book("2026-08-01T00:00:00Z"), headers), 422, "idempotency-key-reused")
  })

  it("holds to If-Match", async () => {
    const { put } = await account()
    expectProblem(await put("prices", book(), { "if-match": '"1"' }), 412, "precondition-failed", { version: 0 })
    expect((await put("prices", book())).status).toBe(201)
    const next = book("2026-08-01T00:00:00Z")
    expectProblem(await put("prices", next, { "if-match": '"2"' }), 412, "precondition-failed", { version: 1 })
    expect((await put("prices", next, { "if-match": '"1"' })).body.version).toBe(2)
  })

  it("at the same time gives every book a version of its own", async () => {
    const { put } = await account()
    const books = Array.from({ length: 8 }, (_, index) => book(`2026-06-0${index + 1}T00:00:00Z`))
    const versions = (await Promise.all(books.map((one) => put("prices", one)))).map(({ body }) => body.version)
    expect(versions.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })
})

describe("posting by hand", () => {
  it("answers 201 with what was posted, exactly and in USD, each time anew", async () => {
    const { post, events } = await account()
    const credit = { amount: "12500000000000000", reason: "welcome" }
    const first = await post("credits", credit)
    expect(first).toMatchObject({
      status: 201,
      headers: { etag: '"1"' },
      body: { ...credit, kind: "credit", usd: "12.5", corrects: null, by: ada }
    })
    expect(fits(PostingView, first.body)).toBe("Success")
    const charge = { amount: "-1", reason: "typo", corrects: "12-1" }
    const second = await post("adjustments", charge)
    expect(second).toMatchObject({
      status: 201,
      headers: { etag: '"2"' },
      body: { ...charge, kind: "adjustment", usd: "-0.000000000000001" }
    })
    expect((await post("credits", credit)).body.id).not.toBe(first.body.id)
    expect((await events()).map(({ type, data }) => [type, data])).toMatchObject([
      ["billing.credited", { id: first.body.id, ...credit }],
      ["billing.adjusted", { id: second.body.id, ...charge }],
      ["billing.credited", credit]
    ])
  })

  it("under an Idempotency-Key is done once, and answered alike after other postings", async () => {
    const { post, events } = await account()
    for (const path of ["credits", "adjustments"]) {
      const headers = { "idempotency-key": path }
      const body = { amount: "5", reason: "once" }
      const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => post(path, body, headers)))
      await post("credits", { amount: "6", reason: "other" })
      const again = await post(path, body, headers)
      const answers = [first, ...others, again]
      expect(answers.map((one) => one?.status).toSorted()).toEqual([200, 200, 200, 200, 200, 201])
      for (const answer of answers) expect(answer?.body).toEqual(first?.body)
      expect(again.headers["idempotency-replayed"]).toBe("true")
    }
    expect(await events()).toHaveLength(4)
  })

  it("names every fault at once", async () => {
    const { post } = await account()
    for (const amount of ["0", "-1", "1.5", "1e3", 5, "", "01", "9".repeat(34)]) {
      const answer = await post("credits", { amount, reason: "", tip: 1 })
      expectProblem(answer, 422, "input-refused")
      expect(new Set(pointers(answer))).toEqual(new Set(["/amount", "/reason", "/tip"]))
    }
    for (const amount of ["0", "-0", "+5", "1.5", -5, "9".repeat(34)]) {
      const answer = await post("adjustments", { amount, corrects: "x" })
      expectProblem(answer, 422, "input-refused")
      expect(new Set(pointers(answer))).toEqual(new Set(["/amount", "/reason", "/corrects"]))
    }
  })
})

describe("closing a month", () => {
  it("answers 200 the first time and every other, and closes every earlier one", async () => {
    const { post, events } = await account()
    expect(await post(`statements/${over}/close`)).toMatchObject({
      status: 200,
      headers: { etag: '"1"' },
      body: { month: over }
    })
    expect(await post(`statements/${over}/close`, {})).toMatchObject({ status: 200, headers: { etag: '"1"' } })
    expect(await post("statements/2020-01/close")).toMatchObject({ status: 200, body: { month: "2020-01" } })
    expect((await events()).map(({ type, data }) => [type, data])).toEqual([["billing.month-closed", { month: over }]])
  })

  it("is refused for one that is not over, and for what is no month", async () => {
    const { post } = await account()
    for (const month of [running, "9999-12"])
      expectProblem(await post(`statements/${month}/close`), 409, "month-not-over", { month })
    for (const month of ["2026-13", "2026", "x", "0000-01"])
      expectProblem(await post(`statements/${month}/close`), 400, "bad-request")
    expectProblem(await post(`statements/${over}/close`, { force: true }), 422, "input-refused")
  })

  it("holds to If-Match and to an Idempotency-Key", async () => {
    const { post } = await account()
    const headers = { "if-match": '"0"', "idempotency-key": "close" }
    expectProblem(await post(`statements/${over}/close`, undefined, { "if-match": '"3"' }), 412, "precondition-failed")
    await post("credits", { amount: "1", reason: "x" })
    const first = await post(`statements/${over}/close`, undefined, { ...headers, "if-match": '"1"' })
    await post("credits", { amount: "1", reason: "x" })
    const again = await post(`statements/${over}/close`, undefined, { ...headers, "if-match": '"1"' })
    expect(again).toMatchObject({ status: 200, headers: { etag: '"2"', "idempotency-replayed": "true" } })
    expect(again.body).toEqual(first.body)
  })
})

describe("who may", () => {
  const commands = [
    ["put", "prices", book()],
    ["post", "credits", { amount: "1", reason: "x" }],
    ["post", "adjustments", { amount: "1", reason: "x" }],
    ["post", `statements/${over}/close`, {}]
  ] as const

  it("needs billing:admin, before anything about the input", async () => {
    const reader = await account({ scope: "billing:read sessions:write" })
    const admin = await account({ scope: "billing:admin" })
    for (const [verb, path, json] of commands) {
      const method = verb.toUpperCase()
      expectProblem(await call(`/v1/billing/${path}`, { method, json, token: "" }), 401, "unauthenticated")
      for (const body of [json, { x: 1 }])
        expectProblem(await reader[verb](path, body), 403, "scope-missing", { scopes: ["billing:admin"] })
      expect((await admin[verb](path, json)).status).toBeLessThan(300)
    }
  })

  it("has nothing to do with other tenants", async () => {
    const [one, other] = [await account(), await account()]
    await one.put("prices", book())
    await one.post(`statements/${over}/close`)
    expect((await other.put("prices", book(`${over}-10T00:00:00Z`))).body.version).toBe(1)
    expect(await one.events()).toHaveLength(2)
    expect(await other.events()).toHaveLength(1)
  })
})
