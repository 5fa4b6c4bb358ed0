import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"

const { call, token, database } = await runningApi()

const keyed = (key: string, by?: string) => ({
  headers: { "idempotency-key": key },
  ...(by === undefined ? {} : { token: by })
})
const open = (key: string, json: object = { role: "pm" }, by?: string) =>
  call("/v1/sessions", { json, ...keyed(key, by) })

describe("an Idempotency-Key", () => {
  it("has one effect: the replay answers 200 with the same body, ETag and Location, also after later changes", async () => {
    const first = await open("one")
    const { id } = first.body
    const put = (json: object, key?: string) =>
      call(`/v1/sessions/${id}`, { method: "PUT", json, ...(key === undefined ? {} : keyed(key)) })
    const activated = await put({ status: "active" }, "activate")
    await put({ status: "completed" })

    const again = await open("one")
    expect(first.headers["idempotency-replayed"]).toBeUndefined()
    expect(again.status).toBe(200)
    expect(again.body).toEqual(first.body)
    expect(again.headers).toMatchObject({
      "idempotency-replayed": "true",
      etag: first.headers.etag,
      location: first.headers.location
    })
    const reactivated = await put({ status: "active" }, "activate")
    expect(reactivated).toMatchObject({
      status: 200,
      body: activated.body,
      headers: { etag: '"2"', "idempotency-replayed": "true" }
    })
  })

  it("has one effect when used several times at the same instant", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => open("burst")))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(7).fill(200), 201])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  })

  it("means the same request whatever the order of keys, and no other one", async () => {
    await open("order", { role: "pm", metadata: { a: 1, b: [1, 2] } })
    expect((await open("order", { metadata: { b: [1, 2], a: 1 }, role: "pm" })).status).toBe(200)
    expectProblem(await open("order", { role: "pm", metadata: { a: 1, b: [2, 1] } }), 422, "idempotency-key-reused")
    const json = { subject: { type: "custom", id: "x" }, required: [{ roles: ["pm"], count: 1 }] }
    expectProblem(await call("/v1/approvals", { json, ...keyed("order") }), 422, "idempotency-key-reused")
  })

  it("on one resource is not the same on another", async () => {
    const [one, other] = [(await open("a")).body.id, (await open("b")).body.id]
    const put = (id: string) =>
      call(`/v1/sessions/${id}`, { method: "PUT", json: { status: "active" }, ...keyed("put") })
    expect((await put(one)).status).toBe(200)
    expectProblem(await put(other), 422, "idempotency-key-reused")
  })

  it("belongs to the caller and the tenant", async () => {
    const mine = await open("shared")
    const [theirs, elsewhere] = [await token({ sub: "bob" }), await token({ tenant: "other" })]
    const others = [await open("shared", { role: "pm" }, theirs), await open("shared", { role: "pm" }, elsewhere)]
    expect(others.map(({ status }) => status)).toEqual([201, 201])
    expect(new Set([mine, ...others].map(({ body }) => body.id)).size).toBe(3)
  })

  it("is not used up by a refusal, which is decided again", async () => {
    const { id } = (await open("refusal")).body
    const pause = () => call(`/v1/sessions/${id}`, { method: "PUT", json: { status: "paused" }, ...keyed("pause") })
    expectProblem(await pause(), 409, "invalid-transition")
    await call(`/v1/sessions/${id}`, { method: "PUT", json: { status: "active" } })
    expect(await pause()).toMatchObject({ status: 200, body: { status: "paused" } })
  })

  it("wins over If-Match, since a retry carries the version of before", async () => {
    const { id } = (await open("match")).body
    const put = () =>
      call(`/v1/sessions/${id}`, {
        method: "PUT",
        json: { status: "active" },
        headers: { "idempotency-key": "match-put", "if-match": '"1"' }
      })
    const first = await put()
    expect(await put()).toMatchObject({ status: 200, body: first.body, headers: { "idempotency-replayed": "true" } })
  })
})

describe("a trace", () => {
  const events = async (id: string) => {
    const { default: postgres } = await import("postgres")
    const sql = postgres(database.adminUrl, { max: 1 })
    const rows = await sql`select metadata from sluice.events where stream_id = ${`session-${id}`} order by version`
    await sql.end()
    return rows.map(({ metadata }) => metadata)
  }
  const openWith = (headers: Record<string, string>) => call("/v1/sessions", { json: { role: "pm" }, headers })

  it("comes from traceparent, which the events keep", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    const answer = await openWith({ traceparent, "x-trace-id": "f".repeat(32) })
    expect(answer.headers["x-trace-id"]).toBe("4bf92f3577b34da6a3ce929d0e0e4736")
    expect(await events(answer.body.id)).toMatchObject([
      { traceparent, correlationId: "4bf92f35-77b3-4da6-a3ce-929d0e0e4736", actor: { id: "ada", kind: "user" } }
    ])
  })

  it("comes from X-Trace-Id otherwise, and is made where neither is one", async () => {
    const given = await openWith({ "x-trace-id": "ABCDEF0123456789abcdef0123456789" })
    expect(given.headers["x-trace-id"]).toBe("abcdef0123456789abcdef0123456789")
    for (const headers of [
      { "x-trace-id": "short" },
      { "x-trace-id": "0".repeat(32) },
      { traceparent: "00-00000000000000000000000000000000-00f067aa0ba902b7-01" },
      { traceparent: "garbage" }
    ]) {
      const made = await openWith(headers)
      expect(made.headers["x-trace-id"]).toMatch(/^(?!0{32})[0-9a-f]{32}$/)
      expect(await events(made.body.id)).toEqual([expect.not.objectContaining({ traceparent: expect.anything() })])
    }
  })
})
