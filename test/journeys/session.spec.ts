import { METADATA_MAX_BYTES } from "@sluice/contracts/session/session.commands"
import { describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const UNKNOWN = "0197f7a2-0000-7000-8000-000000000000"

const opened = async (body: object = { role: "pm" }) => {
  const pm = await journey.organisation().person("pm")
  const { body: session } = await pm.openSession(body)
  return { pm, session, id: session.id }
}

describe("the table of sessions", () => {
  it("open {role, metadata}: 201, pending, version 1", async () => {
    const { pm } = await opened()
    const answer = await pm.openSession({ role: "pm", metadata: { test: "lifecycle" } })
    expect(answer).toMatchObject({ status: 201, version: 1 })
    expect(answer.body).toMatchObject({
      role: "pm",
      status: "pending",
      taskId: null,
      metadata: { test: "lifecycle" },
      version: 1,
      activatedAt: null,
      pausedAt: null,
      endedAt: null
    })
    expect(answer.body.updatedAt).toBe(answer.body.createdAt)
    expect(answer.headers.get("location")).toBe(`/v1/sessions/${answer.body.id}`)
    const read = await pm.readSession(answer.body.id, { minVersion: 1, wait: "10s" })
    expect(read).toMatchObject({ status: 200, version: 1 })
    expect(read.body).toEqual(answer.body)
  })

  it("activate, pause, activate, complete: 200 each; pausedAt set then cleared; endedAt set", async () => {
    const { pm, id } = await opened()
    const active = await pm.updateSession(id, { status: "active" })
    expect(active).toMatchObject({ status: 200, version: 2, body: { status: "active", pausedAt: null } })
    const paused = await pm.updateSession(id, { status: "paused", reason: "lunch" })
    expect(paused).toMatchObject({ status: 200, version: 3, body: { status: "paused" } })
    expect(paused.body.pausedAt).toBe(paused.body.updatedAt)
    const resumed = await pm.updateSession(id, { status: "active" })
    expect(resumed).toMatchObject({ status: 200, version: 4, body: { status: "active", pausedAt: null } })
    expect(resumed.body.activatedAt).toBe(active.body.activatedAt)
    const completed = await pm.updateSession(id, { status: "completed" })
    expect(completed).toMatchObject({ status: 200, version: 5, body: { status: "completed" } })
    expect(completed.body.endedAt).toBe(completed.body.updatedAt)
    expect((await pm.readSession(id, { minVersion: 5, wait: "10s" })).body).toEqual(completed.body)
  })

  it("activate a completed one: 409 Invalid transition from completed to active", async () => {
    const { pm, id } = await opened()
    await pm.updateSession(id, { status: "active" })
    await pm.updateSession(id, { status: "completed" })
    const refused = await pm.updateSession(id, { status: "active" })
    expect(problemOf(refused)).toEqual({
      type: "urn:sluice:problem:invalid-transition",
      title: "Invalid transition",
      status: 409,
      detail: "Invalid transition from completed to active",
      sessionId: id,
      from: "completed",
      to: "active"
    })
  })

  it("two sessions of one role are independent", async () => {
    const { pm, id } = await opened({ role: "dev" })
    const other = await pm.openSession({ role: "dev" })
    expect(other.body.id).not.toBe(id)
    await pm.updateSession(id, { status: "active" })
    await pm.updateSession(id, { status: "failed" })
    const untouched = await pm.readSession(other.body.id, { minVersion: 1, wait: "10s" })
    expect(untouched.body).toMatchObject({ status: "pending", version: 1 })
  })

  it.each([
    ["a missing role", "POST", "/v1/sessions", "{}", 422],
    ["bad JSON", "POST", "/v1/sessions", '{"role":', 400],
    ["a bad uuid in the path", "PUT", "/v1/sessions/17", '{"status":"active"}', 400],
    ["an unknown id", "PUT", `/v1/sessions/${UNKNOWN}`, '{"status":"active"}', 404]
  ])("%s: %s %s is refused", async (_, method, path, raw, status) => {
    const { pm } = await opened()
    const refused = await pm.ask(method, path, { raw })
    expect(refused.status).toBe(status)
    expect(problemOf(refused).status).toBe(status)
    expect(refused.headers.get("content-type")).toContain("application/problem+json")
  })

  it("reading an unknown id: 404, at once, whatever version is waited for", async () => {
    const { pm } = await opened()
    expect((await pm.readSession(UNKNOWN)).status).toBe(404)
    expect((await pm.readSession(UNKNOWN, { minVersion: 1, wait: "10s" })).status).toBe(404)
    expect((await pm.readSession("not-a-uuid")).status).toBe(400)
  })
})

describe("changing a session", () => {
  it("metadata replaces, taskId sets and clears, both may come with a status", async () => {
    const { pm, id } = await opened({ role: "pm", metadata: { a: 1, b: 2 } })
    const taskId = "0197f7a2-1111-7000-8000-000000000000"
    const changed = await pm.updateSession(id, { status: "active", taskId, metadata: { b: 3 } })
    expect(changed).toMatchObject({ status: 200, version: 3, body: { status: "active", taskId, metadata: { b: 3 } } })
    const cleared = await pm.updateSession(id, { taskId: null })
    expect(cleared).toMatchObject({ status: 200, version: 4, body: { taskId: null, metadata: { b: 3 } } })
  })

  it("the same status again: 200 and no event, also when the session has ended", async () => {
    const { pm, id } = await opened()
    await pm.updateSession(id, { status: "active" })
    expect(await pm.updateSession(id, { status: "active" })).toMatchObject({ status: 200, version: 2 })
    await pm.updateSession(id, { status: "failed" })
    expect(await pm.updateSession(id, { status: "failed" })).toMatchObject({ status: 200, version: 3 })
  })

  it("any other change to an ended session: 409", async () => {
    const { pm, id } = await opened()
    await pm.updateSession(id, { status: "active" })
    await pm.updateSession(id, { status: "completed" })
    for (const change of [{ metadata: { a: 1 } }, { status: "completed", metadata: { a: 1 } }]) {
      const refused = await pm.updateSession(id, change)
      expect(problemOf(refused)).toMatchObject({ status: 409, type: "urn:sluice:problem:session-ended" })
    }
  })

  it.each([
    ["pending", [], "paused"],
    ["pending", [], "completed"],
    ["paused", ["active", "paused"], "completed"],
    ["paused", ["active", "paused"], "failed"],
    ["failed", ["active", "failed"], "paused"]
  ])("%s, having been %j, does not become %s: 409 naming both", async (from, way, to) => {
    const { pm, id } = await opened()
    for (const status of way) await pm.updateSession(id, { status })
    const refused = await pm.updateSession(id, { status: to })
    expect(problemOf(refused)).toMatchObject({ status: 409, detail: `Invalid transition from ${from} to ${to}` })
  })

  it.each([
    ["nothing to change", {}],
    ["a reason alone", { reason: "because" }],
    ["a status only the system gives", { status: "expired" }],
    ["a status that is none", { status: "sleeping" }],
    ["an unknown field", { status: "active", priority: 1 }],
    ["metadata over 16 KiB", { metadata: { text: "x".repeat(METADATA_MAX_BYTES) } }],
    ["metadata that is no object", { metadata: [1] }],
    ["a task id that is no uuid", { taskId: "A1" }]
  ])("%s: 422 and nothing changes", async (_, body) => {
    const { pm, id } = await opened()
    const refused = await pm.updateSession(id, body)
    expect(refused.status).toBe(422)
    expect(problemOf(refused).errors).not.toEqual([])
    expect((await pm.readSession(id, { minVersion: 1, wait: "10s" })).version).toBe(1)
  })
})

describe("usage", () => {
  const usage = { usageId: "u-1", meter: "tokens.input", quantity: 1200, model: "gpt", at: "2026-01-31T12:00:00Z" }

  it("new: 201; the same again: 200 and no event; the same usageId with other content: 409", async () => {
    const { pm, id } = await opened()
    const first = await pm.reportUsage(id, usage)
    expect(first).toMatchObject({ status: 201, version: 2 })
    expect(first.body).toEqual({ sessionId: id, ...usage, at: "2026-01-31T12:00:00.000Z" })
    const again = await pm.reportUsage(id, usage)
    expect(again).toMatchObject({ status: 200, version: 2, text: first.text })
    const other = await pm.reportUsage(id, { ...usage, quantity: 1 })
    expect(problemOf(other)).toMatchObject({ status: 409, type: "urn:sluice:problem:usage-conflict", usageId: "u-1" })
    expect((await pm.readSession(id, { minVersion: 2, wait: "10s" })).version).toBe(2)
  })

  it("counts as an event of the session, and is taken after its end", async () => {
    const { pm, id } = await opened()
    await pm.updateSession(id, { status: "active" })
    await pm.updateSession(id, { status: "completed" })
    expect(await pm.reportUsage(id, usage)).toMatchObject({ status: 201, version: 4 })
  })

  it.each([
    ["a meter that is derived", { meter: "session.seconds" }],
    ["a quantity of zero", { quantity: 0 }],
    ["a fraction", { quantity: 0.5 }],
    ["a time more than five minutes ahead", { at: new Date(Date.now() + 6 * 60_000).toISOString() }],
    ["a time that is none", { at: "yesterday" }]
  ])("%s: 422", async (_, change) => {
    const { pm, id } = await opened()
    const refused = await pm.reportUsage(id, { ...usage, ...change })
    expect(refused.status).toBe(422)
    expect(problemOf(refused).errors?.[0]?.pointer).toBe(`/${Object.keys(change)[0]}`)
  })

  it("of an unknown session: 404", async () => {
    const { pm } = await opened()
    expect((await pm.reportUsage(UNKNOWN, usage)).status).toBe(404)
  })
})
