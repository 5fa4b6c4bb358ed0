import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"

const { call } = await runningApi()
const open = (raw: string | Buffer, headers = {}) => call("/v1/sessions", { raw, headers })
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`
const KB = 1024

describe("a body", () => {
  it.each([
    ["nothing", ""],
    ["half an object", '{"role":'],
    ["no JSON", "role=pm"],
    ["bytes that are no UTF-8", Buffer.from('{"role":"\xff"}', "latin1")],
    ["two values", '{"role":"pm"}{"role":"pm"}']
  ])("of %s is malformed: 400", async (_, raw) => {
    expectProblem(await open(raw), 400, "malformed-body")
  })

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "json"
  ])("of type %s is not supported: 415", async (type) =>
    expectProblem(await open('{"role":"pm"}', { "content-type": type }), 415, "unsupported-media-type")
  )

  it("that is compressed, or in another character set, is not supported either", async () => {
    expectProblem(await open("{}", { "content-encoding": "gzip" }), 415, "unsupported-media-type")
    const latin = await open("{}", { "content-type": "application/json; charset=iso-8859-1" })
    expectProblem(latin, 415, "unsupported-media-type")
    const utf8 = await open('{"role":"pm"}', { "content-type": "application/json; charset=UTF-8" })
    expect(utf8.status).toBe(201)
  })

  it.each<[string, unknown, ReadonlyArray<string>]>([
    ["a missing field", {}, ["/role"]],
    ["an unknown field", { role: "pm", rank: 1 }, ["/rank"]],
    ["a wrong type", { role: 7 }, ["/role"]],
    ["no object", ["pm"], [""]],
    ["null", null, [""]],
    [
      "several faults",
      { role: "", taskId: "x", metadata: [], more: 1, "a/b~c": 2 },
      ["/more", "/a~1b~0c", "/role", "/taskId", "/metadata"]
    ],
    ["metadata that is too large", { role: "pm", metadata: { a: "x".repeat(17 * KB) } }, ["/metadata"]]
  ])("with %s is refused: 422", async (_, body, expected) => {
    const answer = await call("/v1/sessions", { raw: JSON.stringify(body) })
    expectProblem(answer, 422, "input-refused")
    expect(pointers(answer).toSorted()).toEqual(expected.toSorted())
  })

  it.each([
    ["U+0000 in a text", '{"role":"pm","metadata":{"a":["b","\\u0000"]}}', ["/metadata/a/1"]],
    ["U+0000 in a key", '{"role":"pm","metadata":{"\\u0000":1}}', ["/metadata/\u0000"]],
    ["a lone surrogate", '{"role":"pm","metadata":{"a":"\\ud800"}}', ["/metadata/a"]],
    ["a lone surrogate in a key", '{"role":"pm","metadata":{"\\udc00":1}}', ["/metadata/\ufffd"]],
    ["a key of 201 characters", `{"role":"pm","metadata":{"${"k".repeat(201)}":1}}`, [`/metadata/${"k".repeat(201)}`]],
    ["nesting 33 deep", `{"role":"pm","metadata":${nested(32)}}`, [`/metadata${"/a".repeat(31)}`]],
    ["a number out of range", '{"role":"pm","metadata":{"a":1e999}}', ["/metadata/a"]],
    ["all of it", '{"metadata":{"a":"\\u0000","b":"\\ud800"},"x":1}', ["/metadata/a", "/metadata/b", "/role", "/x"]]
  ])("with %s is refused: 422", async (_, raw, expected) => {
    const answer = await open(raw)
    expectProblem(answer, 422, "input-refused")
    expect([...new Set(pointers(answer))].toSorted()).toEqual(expected.toSorted())
  })

  it("may be nested 32 deep, have keys of 200 characters and texts of any script", async () => {
    const metadata = { ["k".repeat(200)]: "žluťoučký 🐎 𝒳\u2028", deep: JSON.parse(nested(30)) }
    const answer = await call("/v1/sessions", { json: { role: "pm", metadata } })
    expect(answer).toMatchObject({ status: 201, body: { metadata } })
  })

  it("that is nested a hundred thousand deep is refused like any other", async () => {
    expectProblem(
      await open(`{"role":"pm","metadata":{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}}`),
      422,
      "input-refused"
    )
  })

  it("keeps a key named __proto__", async () => {
    const answer = await open('{"role":"pm","metadata":{"__proto__":{"a":1}}}')
    expect(answer.status).toBe(201)
    expect(JSON.stringify(answer.body.metadata)).toBe('{"__proto__":{"a":1}}')
  })

  it("is 256 KiB at most, announced or in chunks: 413", async () => {
    const padded = (length: number) => `{"role":"pm"${" ".repeat(length - 13)}}`
    expect((await open(padded(256 * KB))).status).toBe(201)
    expectProblem(await open(padded(256 * KB + 1)), 413, "body-too-large")
    expectProblem(await open(padded(5 * 1024 * KB)), 413, "body-too-large")
    const chunked = (length: number) => call("/v1/sessions", { chunked: padded(length) })
    expect((await chunked(200 * KB)).status).toBe(201)
    expectProblem(await chunked(256 * KB + 1), 413, "body-too-large")
    expect((await open('{"role":"pm"}')).status).toBe(201)
  })

  it("may be left out where it says nothing", async () => {
    const json = { subject: { type: "custom", id: "x" }, required: [{ roles: ["pm"], count: 1 }] }
    const { body } = await call("/v1/approvals", { json })
    expect((await call(`/v1/approvals/${body.id}/cancel`, { method: "POST" })).body.status).toBe("cancelled")
  })
})

describe("a query", () => {
  it.each([
    ["limit=0", "/query/limit"],
    ["limit=201", "/query/limit"],
    ["limit=x", "/query/limit"],
    ["limit=1&limit=2", "/query/limit"],
    ["status=dancing", "/query/status"],
    ["role=", "/query/role"],
    ["rank=1", "/query/rank"],
    ["cursor=x", "/query/cursor"],
    ["cursor=bnVsbA", "/query/cursor"],
    [`cursor=${Buffer.from('["2026-02-31T00:00:00.000Z","x"]').toString("base64url")}`, "/query/cursor"],
    ["role=%00", "/query"],
    ["role=%ff", "/query"],
    ["role=%", "/query"],
    ["role=%ED%A0%80", "/query"]
  ])("of %s is bad: 400", async (query, pointer) => {
    const answer = await call(`/v1/sessions?${query}`)
    expectProblem(answer, 400, "bad-request")
    expect(pointers(answer)).toEqual([pointer])
  })

  it.each([
    "minVersion=0",
    "minVersion=x",
    "minVersion=1&wait=11s",
    "minVersion=1&wait=2",
    "minVersion=1&wait=10001ms"
  ])("of %s is bad where one resource is read", async (query) =>
    expectProblem(await call(`/v1/sessions/${crypto.randomUUID()}?${query}`), 400, "bad-request")
  )

  it("has every fault named at once", async () => {
    const answer = await call("/v1/sessions?limit=x&status=y&z=1")
    expect(pointers(answer).toSorted()).toEqual(["/query/limit", "/query/status", "/query/z"])
  })
})

describe("a URL", () => {
  it("that leads nowhere: 404", async () => {
    for (const path of [
      "/",
      "/v1",
      "/v1/session",
      "/v2/sessions",
      "/v1/sessions/a/b/c",
      "//v1/x",
      "/%2e%2e/etc/passwd"
    ])
      expectProblem(await call(path), 404, "route-not-found")
  })

  it("that is no percent-encoded text: 400", async () => {
    for (const path of ["/v1/sessions/%", "/v1/sessions/%zz", "/v1/sessions/%ff", "/%00"])
      expectProblem(await call(path), 400, "bad-request")
  })

  it("with a method it does not take: 405, naming those it takes", async () => {
    const id = crypto.randomUUID()
    const cases = [
      ["DELETE", "/v1/sessions", "GET, HEAD, POST, OPTIONS"],
      ["PATCH", `/v1/sessions/${id}`, "GET, HEAD, PUT, OPTIONS"],
      ["GET", `/v1/sessions/${id}/usage`, "POST, OPTIONS"],
      ["PUT", "/v1/audit", "GET, HEAD, OPTIONS"],
      ["TRACE", "/v1/sessions", "GET, HEAD, POST, OPTIONS"],
      ["POST", "/openapi.json", "GET, HEAD, OPTIONS"]
    ] as const
    for (const [method, path, allow] of cases) {
      const answer = await call(path, { method })
      expectProblem(answer, 405, "method-not-allowed")
      expect(answer.headers.allow).toBe(allow)
    }
    const options = await call("/v1/sessions", { method: "OPTIONS", token: "" })
    expect(options).toMatchObject({ status: 204, headers: { allow: "GET, HEAD, POST, OPTIONS" } })
  })
})

it("an Idempotency-Key has 1 to 200 characters", async () => {
  const withKey = (key: string) => call("/v1/sessions", { json: { role: "pm" }, headers: { "idempotency-key": key } })
  for (const key of ["", "k".repeat(201)]) {
    const answer = await withKey(key)
    expectProblem(answer, 400, "bad-request")
    expect(pointers(answer)).toEqual(["/headers/idempotency-key"])
  }
  expect((await withKey("k".repeat(200))).status).toBe(201)
})
