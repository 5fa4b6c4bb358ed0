import { describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const secondApi = await journey.stack.addService("api", "second")
const manager = [{ roles: ["manager"], count: 1 }]
const key = (name: string) => ({ "idempotency-key": name })

const person = () => journey.organisation().person("pam")

describe("Idempotency-Key", () => {
  it("a repeat answers 200 with the same body, ETag and Location, and has no further effect", async () => {
    const pam = await person()
    const first = await pam.openSession({ role: "pm", metadata: { b: 1, a: 2 } }, key("k"))
    expect(first.status).toBe(201)
    expect(first.headers.has("idempotency-replayed")).toBe(false)
    await pam.updateSession(first.body.id, { status: "active" })
    const again = await pam.openSession({ role: "pm", metadata: { a: 2, b: 1 } }, key("k"))
    expect(again).toMatchObject({ status: 200, text: first.text, version: 1 })
    expect(again.headers.get("location")).toBe(first.headers.get("location"))
    expect(again.headers.get("idempotency-replayed")).toBe("true")
    await pam.readSession(first.body.id, { minVersion: 2, wait: "10s" })
    expect((await pam.listSessions()).body.items).toHaveLength(1)
  })

  it("a change repeated after others is answered as it was then", async () => {
    const pam = await person()
    const { id } = (await pam.openSession({ role: "pm" })).body
    const active = await pam.updateSession(id, { status: "active" }, key("go"))
    await pam.updateSession(id, { status: "completed" })
    const again = await pam.updateSession(id, { status: "active" }, key("go"))
    expect(again).toMatchObject({ status: 200, text: active.text, version: 2 })
    expect(again.headers.get("idempotency-replayed")).toBe("true")
    const usage = { usageId: "u", meter: "tokens.output", quantity: 3, at: "2026-01-31T12:00:00Z" }
    const reported = await pam.reportUsage(id, usage, key("use"))
    expect(await pam.reportUsage(id, usage, key("use"))).toMatchObject({ status: 200, text: reported.text, version: 4 })
  })

  it("the same key with another request: 422, be it another body, path or command", async () => {
    const pam = await person()
    const { id } = (await pam.openSession({ role: "pm" }, key("k"))).body
    const others = [
      await pam.openSession({ role: "qa" }, key("k")),
      await pam.updateSession(id, { status: "active" }, key("k")),
      await pam.requestApproval({ subject: { type: "task", id: "A" }, required: manager }, key("k"))
    ]
    for (const other of others)
      expect(problemOf(other)).toMatchObject({ status: 422, type: "urn:sluice:problem:idempotency-key-reused" })
    expect((await pam.readSession(id, { minVersion: 1, wait: "10s" })).version).toBe(1)
  })

  it("only accepted commands are stored: a refusal is decided again", async () => {
    const pam = await person()
    const { id } = (await pam.openSession({ role: "pm" })).body
    expect((await pam.updateSession(id, { status: "paused" }, key("k"))).status).toBe(409)
    await pam.updateSession(id, { status: "active" })
    const decided = await pam.updateSession(id, { status: "paused" }, key("k"))
    expect(decided).toMatchObject({ status: 200, version: 3 })
    expect(decided.headers.has("idempotency-replayed")).toBe(false)
  })

  it("belongs to its caller: another person's key of the same name is another key", async () => {
    const { person } = journey.organisation()
    const [pam, max] = [await person("pam"), await person("max")]
    const [hers, his] = [
      await pam.openSession({ role: "pm" }, key("k")),
      await max.openSession({ role: "qa" }, key("k"))
    ]
    expect([hers.status, his.status]).toEqual([201, 201])
    expect(hers.body.id).not.toBe(his.body.id)
  })

  it.each([
    ["empty", ""],
    ["over 200 characters", "k".repeat(201)]
  ])("%s: 400", async (_, name) => {
    const refused = await (await person()).openSession({ role: "pm" }, key(name))
    expect(refused.status).toBe(400)
    expect(problemOf(refused).errors?.[0]?.pointer).toBe("/headers/idempotency-key")
  })

  it("the same key at the same instant from two instances: one effect, one answer, every other a replay", async () => {
    const pam = await person()
    const other = pam.via(secondApi.url)
    for (let round = 0; round < 25; round++) {
      const body = { role: "pm", metadata: { round } }
      const answers = await Promise.all(
        [pam, other, pam, other].map((who) => who.openSession(body, key(`round-${round}`)))
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201])
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
      expect(new Set(answers.map(({ headers }) => headers.get("location"))).size).toBe(1)
      expect(answers.filter(({ headers }) => headers.has("idempotency-replayed"))).toHaveLength(3)
      await pam.readSession(answers[0]?.body.id as string, { minVersion: 1, wait: "10s" })
    }
    expect((await pam.listSessions()).body.items).toHaveLength(25)
  })
})

describe("ETag and If-Match", () => {
  it("the ETag is the version; If-Match lets through the one that is there and 412 refuses any other", async () => {
    const pam = await person()
    const opened = await pam.openSession({ role: "pm" })
    expect(opened.headers.get("etag")).toBe('"1"')
    const { id } = opened.body
    expect(await pam.updateSession(id, { status: "active" }, { "if-match": '"1"' })).toMatchObject({ status: 200 })
    const stale = await pam.updateSession(id, { status: "paused" }, { "if-match": '"1"' })
    expect(problemOf(stale)).toMatchObject({ status: 412, version: 2 })
    expect((await pam.updateSession(id, { status: "paused" }, { "if-match": 'W/"2"' })).status).toBe(412)
    expect((await pam.updateSession(id, { status: "paused" }, { "if-match": '"2"' })).status).toBe(200)
    expect((await pam.updateSession(id, { status: "active" }, { "if-match": '"2", "3"' })).status).toBe(200)
    expect((await pam.updateSession(id, { status: "paused" }, { "if-match": "*" })).version).toBe(5)
    expect((await pam.updateSession(id, { status: "active" }, { "if-match": "five" })).status).toBe(400)
  })

  it("two instances, the same If-Match at the same instant: one is done, the other gets 412", async () => {
    const pam = await person()
    const other = pam.via(secondApi.url)
    for (let round = 0; round < 25; round++) {
      const { id } = (await pam.openSession({ role: "pm" })).body
      const answers = await Promise.all([
        pam.updateSession(id, { metadata: { by: "first" } }, { "if-match": '"1"' }),
        other.updateSession(id, { metadata: { by: "second" } }, { "if-match": '"1"' })
      ])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
    }
  })

  it("two instances, changes of one session at the same instant: each is done once, whatever the races", async () => {
    const pam = await person()
    const other = pam.via(secondApi.url)
    const { id } = (await pam.openSession({ role: "pm" })).body
    const changes = Array.from({ length: 40 }, (_, change) => change)
    const answers = await Promise.all(
      changes.map((change) => (change % 2 === 0 ? pam : other).updateSession(id, { metadata: { change } }))
    )
    const done = answers.filter(({ status }) => status === 200)
    expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([])
    expect(new Set(done.map(({ version }) => version)).size).toBe(done.length)
    const read = await pam.readSession(id, { minVersion: 1 + done.length, wait: "10s" })
    expect(read.version).toBe(1 + done.length)
  })
})
