import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"

const { call, token } = await runningApi()

const open = async (json: object = { role: "pm" }) => (await call("/v1/sessions", { json })).body
const put = (id: string, json: object, headers = {}) => call(`/v1/sessions/${id}`, { method: "PUT", json, headers })
const unknown = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"

describe("a session", () => {
  it("is opened: 201 with the resource, its ETag and where it is", async () => {
    const opened = await call("/v1/sessions", { json: { role: "pm", metadata: { test: "lifecycle" } } })
    expect(opened).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: `/v1/sessions/${opened.body.id}` },
      body: { role: "pm", status: "pending", metadata: { test: "lifecycle" }, version: 1, activatedAt: null }
    })
  })

  it("is activated, paused, activated and completed", async () => {
    const { id } = await open()
    expect((await put(id, { status: "active" })).body).toMatchObject({ status: "active", version: 2, pausedAt: null })
    expect((await put(id, { status: "paused" })).body.pausedAt).toEqual(expect.any(String))
    expect((await put(id, { status: "active" })).body.pausedAt).toBeNull()
    const completed = await put(id, { status: "completed" })
    expect(completed).toMatchObject({ status: 200, headers: { etag: '"5"' }, body: { endedAt: expect.any(String) } })
    expectProblem(await put(id, { status: "active" }), 409, "invalid-transition", {
      detail: "Invalid transition from completed to active",
      from: "completed",
      to: "active"
    })
    expect(await put(id, { status: "completed" })).toMatchObject({ status: 200, headers: { etag: '"5"' } })
    expectProblem(await put(id, { metadata: { late: true } }), 409, "session-ended", { state: "completed" })
  })

  it("is independent of another one of its role", async () => {
    const [one, other] = [await open(), await open()]
    await put(one.id, { status: "active" })
    expect((await put(other.id, { metadata: { a: 1 } })).body.status).toBe("pending")
  })

  it("takes its id in capitals too", async () => {
    const { id } = await open()
    expect((await put(id.toUpperCase(), { status: "active" })).body.id).toBe(id)
  })

  it("that does not exist is not found, whatever the body says", async () => {
    expectProblem(await put(unknown, { status: "active" }), 404, "session-not-found")
    expectProblem(await put(unknown, { status: "dancing" }), 404, "session-not-found")
    expectProblem(await put(unknown, { status: "active" }, { "if-match": '"1"' }), 404, "session-not-found")
    const malformed = await call(`/v1/sessions/${unknown}`, { method: "PUT", raw: "{" })
    expectProblem(malformed, 404, "session-not-found")
  })

  it("of another tenant is not found either", async () => {
    const { id } = await open()
    const stranger = await token({ tenant: "other" })
    const answer = await call(`/v1/sessions/${id}`, { method: "PUT", json: { status: "active" }, token: stranger })
    expectProblem(answer, 404, "session-not-found")
    expect((await put(id, { status: "active" })).body.version).toBe(2)
  })

  it("has an id that is a UUID", async () => {
    const answer = await put("not-a-uuid", { status: "active" })
    expectProblem(answer, 400, "bad-request", { errors: [{ pointer: "/path/id", message: expect.any(String) }] })
  })
})

describe("If-Match", () => {
  it("lets a change through at the version it names, and at no other", async () => {
    const { id } = await open()
    expectProblem(await put(id, { status: "active" }, { "if-match": '"2"' }), 412, "precondition-failed", {
      version: 1
    })
    expect((await put(id, { status: "active" }, { "if-match": '"1"' })).status).toBe(200)
    expectProblem(await put(id, { status: "paused" }, { "if-match": '"1"' }), 412, "precondition-failed", {
      version: 2
    })
  })

  it("may be * or a list, and takes no weak tag and none that we never gave out", async () => {
    const { id } = await open()
    expect((await put(id, { metadata: { a: 1 } }, { "if-match": "*" })).status).toBe(200)
    expect((await put(id, { metadata: { a: 2 } }, { "if-match": '"7", "2"' })).status).toBe(200)
    for (const tag of ['W/"3"', '"x"', '"7", "8"', '"03"', '"99999999999999"'])
      expectProblem(await put(id, { metadata: { a: 3 } }, { "if-match": tag }), 412, "precondition-failed")
    expectProblem(await put(id, { metadata: { a: 3 } }, { "if-match": "3" }), 400, "bad-request")
  })
})

describe("usage", () => {
  const usage = (more: object = {}) => ({
    usageId: crypto.randomUUID(),
    meter: "tokens.input",
    quantity: 1200,
    model: "gemini",
    at: "2026-01-31T12:00:00+01:00",
    ...more
  })
  const report = (id: string, json: object, headers = {}) => call(`/v1/sessions/${id}/usage`, { json, headers })

  it("is new once, the same again afterwards, and in conflict with another content", async () => {
    const { id } = await open()
    const one = usage()
    const first = await report(id, one)
    expect(first).toMatchObject({
      status: 201,
      headers: { etag: '"2"' },
      body: { sessionId: id, usageId: one.usageId, quantity: 1200, at: "2026-01-31T11:00:00.000Z" }
    })
    await report(id, usage())
    const again = await report(id, one)
    expect(again).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: first.body })
    expect(again.headers["idempotency-replayed"]).toBeUndefined()
    expectProblem(await report(id, { ...one, quantity: 1 }), 409, "usage-conflict", { usageId: one.usageId })
    expect((await put(id, { status: "active" })).body.version).toBe(4)
  })

  it("is replayed by the caller's key as well", async () => {
    const { id } = await open()
    const one = usage()
    const headers = { "idempotency-key": "usage-1" }
    expect((await report(id, one, headers)).status).toBe(201)
    const again = await report(id, one, headers)
    expect(again).toMatchObject({ status: 200, headers: { "idempotency-replayed": "true" } })
    expectProblem(await report(id, usage(), headers), 422, "idempotency-key-reused")
  })

  it("is refused for a meter that is derived, too far ahead, or on nothing", async () => {
    const { id } = await open()
    expect(pointers(await report(id, usage({ meter: "session.seconds" })))).toEqual(["/meter"])
    const ahead = new Date(Date.now() + 10 * 60_000).toISOString()
    expectProblem(await report(id, usage({ at: ahead })), 422, "input-refused", {
      errors: [{ pointer: "/at", message: "must be at most five minutes ahead" }]
    })
    expectProblem(await report(unknown, usage()), 404, "session-not-found")
  })
})
