import { createInbox } from "@nats-io/nats-core"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { natsCaller, saidOf } from "../testing/nats.caller.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"

const { broker, call, token } = await runningApi()
const standard = await token()
const { connection, ask, stored } = await natsCaller(broker.url, standard)
const open = (headers: Record<string, string> = {}) => ask("cmd.acme.session.open", { body: { role: "pm" }, headers })

describe("a command as a request", () => {
  it("is answered as over HTTP, with status, trace, version and place in headers", async () => {
    const answer = await open({ "X-Trace-Id": "a".repeat(32), "Idempotency-Key": "first" })
    expect(answer).toMatchObject({
      status: 201,
      headers: { "content-type": "application/json", "x-trace-id": "a".repeat(32), etag: '"1"' },
      body: { role: "pm", status: "pending" }
    })
    expect(answer.headers.location).toBe(`/v1/sessions/${answer.body.id}`)
    expect(answer.headers["nats-service-error"]).toBeUndefined()
    const again = await open({ "idempotency-key": "first" })
    expect(again).toMatchObject({ status: 200, headers: { "idempotency-replayed": "true" }, body: answer.body })
    const changed = await ask("cmd.acme.session.update", {
      params: { id: answer.body.id },
      body: { status: "active" },
      headers: { "If-Match": '"1"' }
    })
    expect(changed).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { status: "active" } })
  })

  it("is the same command as over HTTP: one key has one effect", async () => {
    const overHttp = await call("/v1/sessions", { json: { role: "pm" }, headers: { "idempotency-key": "both" } })
    const overNats = await open({ "Idempotency-Key": "both" })
    expect(overNats).toMatchObject({ status: 200, body: overHttp.body, headers: { "idempotency-replayed": "true" } })
  })

  it("is refused with the problem that HTTP answers, which the headers of NATS services name too", async () => {
    const answer = await ask("cmd.acme.session.update", {
      params: { id: crypto.randomUUID() },
      body: { status: "active" }
    })
    expectProblem(answer, 404, "session-not-found")
    expect(answer.headers).toMatchObject({
      "nats-service-error-code": "404",
      "nats-service-error": "Session not found"
    })
  })

  it("takes a text as a document where its type says so, and JSON otherwise", async () => {
    const phases = [{ id: "A", name: "a", order: 1 }]
    const json = await ask("cmd.acme.workflow.register", { params: { name: "doc" }, body: { name: "doc", phases } })
    expect(json.status, JSON.stringify(json.body)).toBe(201)
    const yaml = "name: doc\nphases:\n  - { id: A, name: a, order: 1 }\n"
    const text = await ask("cmd.acme.workflow.register", {
      params: { name: "doc" },
      body: yaml,
      headers: { "Content-Type": "application/yaml" }
    })
    expect(text).toMatchObject({ status: 200, body: json.body })
    const elsewhere = await ask("cmd.acme.session.open", {
      body: "role: pm",
      headers: { "Content-Type": "application/yaml" }
    })
    expectProblem(elsewhere, 415, "unsupported-media-type")
  })
})

describe("who asks", () => {
  it("must have a token, a good one, of the tenant that the subject names, with the scope", async () => {
    const refusals: ReadonlyArray<readonly [token: string, status: number, type: string]> = [
      ["", 401, "unauthenticated"],
      ["garbage", 401, "unauthenticated"],
      [`${standard.slice(0, -4)}aaaa`, 401, "unauthenticated"],
      [await token({}, "-1h"), 401, "unauthenticated"],
      [await token({ tenant: "other" }), 403, "tenant-mismatch"],
      [await token({ scope: "sessions:read" }), 403, "scope-missing"]
    ]
    for (const [given, status, type] of refusals)
      expectProblem(await ask("cmd.acme.session.open", { token: given, body: { role: "pm" } }), status, type)
    const listed = await call("/v1/sessions", { token: await token({ tenant: "other" }) })
    expect(listed.body.items).toEqual([])
  })

  it("has keys of its own: another tenant's mean nothing", async () => {
    const other = await token({ tenant: "other" })
    const mine = await open({ "Idempotency-Key": "shared" })
    const theirs = await ask("cmd.other.session.open", {
      token: other,
      body: { role: "pm" },
      headers: { "Idempotency-Key": "shared" }
    })
    expect(theirs.status).toBe(201)
    expect(theirs.body.id).not.toBe(mine.body.id)
  })

  it("must wait for the answer, somewhere of its own: else nothing is done, and that is said", async () => {
    const before = (await call("/v1/sessions?limit=200")).body.items.length
    connection.publish("cmd.acme.session.open", '{"body":{"role":"pm"}}')
    for (const reply of [
      "evt.acme.session.opened.1",
      "cmdq.acme.session.open",
      "rej.other.session.open",
      "$JS.API.INFO"
    ])
      connection.publish("cmd.acme.session.open", '{"body":{"role":"pm"}}', { reply })
    connection.publish("cmd.acme", "x")
    await expect.poll(async () => (await stored("REJECTIONS")).length).toBe(6)
    const said = await stored("REJECTIONS", "rej.acme.session.open")
    expect(said).toHaveLength(5)
    for (const one of said) expectProblem(one, 400, "reply-missing")
    expectProblem((await stored("REJECTIONS", "rej.acme"))[0] as never, 400, "reply-missing")
    expect((await call("/v1/sessions?limit=200")).body.items.length).toBe(before)
  })
})

describe("a message that is no good", () => {
  it.each([
    "cmd.acme",
    "cmd.acme.session",
    "cmd.acme.session.open.more",
    "cmd.acme.session.close",
    "cmd.acme.nothing.open",
    "cmd.acme.__proto__.constructor",
    "cmd.acme.session.list",
    "cmd.acme.billing.forecast"
  ])("is answered with 404 where its subject names no command: %s", async (subject) => {
    expectProblem(await ask(subject, { body: {} }), 404, "command-unknown", { subject })
  })

  it.each<[string, string | Uint8Array, number, string]>([
    ["garbage", Buffer.from([0xff, 0x00, 0x13, 0x37]), 400, "malformed-body"],
    ["half of JSON", '{"body":{"role":', 400, "malformed-body"],
    ["a list", "[]", 400, "bad-request"],
    ["null", "null", 400, "bad-request"],
    ["a number", "1", 400, "bad-request"],
    ["keys that mean nothing", '{"body":{"role":"pm"},"headers":{},"Body":1}', 400, "bad-request"],
    ["nothing", "", 400, "malformed-body"],
    ["null as body", '{"body":null}', 422, "input-refused"],
    ["parameters that the command has not", '{"params":{"id":"x"},"body":{"role":"pm"}}', 400, "bad-request"],
    ["parameters that are no object", '{"params":"id","body":{"role":"pm"}}', 400, "bad-request"],
    ["U+0000", '{"body":{"role":"pm","metadata":{"a":"\\u0000"}}}', 422, "input-refused"],
    ["half a character", '{"body":{"role":"pm","metadata":{"a":"\\ud800"}}}', 422, "input-refused"],
    ["depth", `{"body":{"role":"pm","metadata":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}}`, 422, "input-refused"],
    ["a whole lot of depth", `${"[".repeat(200_000)}${"]".repeat(200_000)}`, 400, "bad-request"],
    ["2 MB", JSON.stringify({ body: { role: "x".repeat(2_000_000) } }), 413, "body-too-large"],
    ["a body that is larger than it may be", `{"body":${" ".repeat(262_140)}{}}`, 422, "input-refused"],
    ["a body that is larger by a byte", `{"body":"${"x".repeat(262_143)}"}`, 413, "body-too-large"]
  ])("is answered: %s", async (_, raw, status, type) => {
    expectProblem(await ask("cmd.acme.session.open", { raw }), status, type)
  })

  it("is told every fault of its parameters at once, by the pointers that HTTP has", async () => {
    const params = { id: 7, "a/b": "x" }
    const answer = await ask("cmd.acme.run.answer-question", { params, body: { text: "t" } })
    expectProblem(answer, 400, "bad-request")
    expect(pointers(answer)).toEqual(["/path/id", "/path/note", "/path/a~1b"])
    const malformed = await ask("cmd.acme.session.update", { params: { id: "no-uuid" }, body: { status: "active" } })
    const overHttp = await call("/v1/sessions/no-uuid", { method: "PUT", json: { status: "active" } })
    expect({ ...malformed.body }).toEqual({ ...overHttp.body })
    for (const id of ["", "\ud800", "\u0000", "..", "a/b", "x".repeat(2000), "x".repeat(70_000)]) {
      const answer = await ask("cmd.acme.session.update", { params: { id }, body: { status: "active" } })
      expectProblem(answer, 400, "bad-request")
    }
  })

  it("may not leave open which header counts, nor hide something in one", async () => {
    const twice = await ask("cmd.acme.session.open", {
      body: { role: "pm" },
      headers: { "Idempotency-Key": ["a", "b"] }
    })
    expectProblem(twice, 400, "bad-request")
    expect(pointers(twice)).toEqual(["/headers/idempotency-key"])
    const cased = await ask("cmd.acme.session.open", {
      body: { role: "pm" },
      headers: { "Idempotency-Key": "a", "idempotency-key": "a" }
    })
    expect(pointers(cased)).toEqual(["/headers/idempotency-key"])
    for (const odd of ["\u0000", "ключ", "\u007f", "a\tb"])
      expect(pointers(await open({ "Idempotency-Key": odd })), odd).toEqual(["/headers/idempotency-key"])
    expect(pointers(await open({ "Idempotency-Key": "k".repeat(201) }))).toEqual(["/headers/idempotency-key"])
    const update = { params: { id: crypto.randomUUID() }, body: { status: "active" }, headers: { "If-Match": "1" } }
    expect(pointers(await ask("cmd.acme.session.update", update))).toEqual(["/headers/if-match"])
    expect((await open({ traceparent: "garbage", "X-Trace-Id": "garbage", "X-Other": "\u0000" })).status).toBe(201)
  })

  it.each([
    ["lines", Array.from({ length: 2_000 }, (_, number) => `h${number}: x\r\n`).join("")],
    ["bytes", `X-Other: ${"x".repeat(20_000)}\r\n`]
  ])("with too many %s of headers is answered without a look at them, which would take long", async (_, lines) => {
    const raw = Buffer.from(`NATS/1.0\r\nAuthorization: Bearer ${standard}\r\n${lines}\r\n`)
    const body = '{"body":{"role":"pm"}}'
    const answer = saidOf(
      await connection.request("cmd.acme.session.open", body, {
        timeout: 5_000,
        headers: { encode: () => raw } as never
      })
    )
    expectProblem(answer, 400, "bad-request")
    expect(pointers(answer)).toEqual(["/headers"])
  })

  it("says nothing of a header that is none: the answer does", async () => {
    const inbox = createInbox()
    const subscription = connection.subscribe(inbox, { max: 1 })
    const bad = Buffer.from("NATS/1.0\r\nbad name: x\r\nworse\r\n\r\n")
    connection.publish("cmd.acme.session.open", "{}", { reply: inbox, headers: { encode: () => bad } as never })
    for await (const message of subscription) {
      expect(message.headers?.get("Sluice-Status")).toBe("400")
      expect(message.json()).toMatchObject({ errors: [{ pointer: "/headers", message: "cannot be read" }] })
    }
  })
})
