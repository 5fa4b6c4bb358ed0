import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"

const { call, token, database } = await runningApi()
const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())
const MIB = 1024 * 1024

const yaml = (name: string, rest = "") => `name: ${name}
phases:
  - id: plan
    name: Plan
    order: 1
    checkpoint: true
    tasks:
      - key: A1
        title: Write it down
  - id: build
    name: Build
    order: 2
${rest}`

const put = (name: string, raw: string | Buffer, headers: Record<string, string> = {}, by?: string) =>
  call(`/v1/workflows/${encodeURIComponent(name)}`, {
    method: "PUT",
    raw,
    headers: { "content-type": "application/yaml", ...headers },
    ...(by === undefined ? {} : { token: by })
  })

describe("registering", () => {
  it("makes a version of new content, and finds the version of content that was there before", async () => {
    const first = await put("Release plan", yaml("Release plan"))
    expect(first).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: "/v1/workflows/Release%20plan/versions/1" },
      body: { name: "Release plan", version: 1, phases: 2, tasks: 1, digest: expect.stringMatching(/^[0-9a-f]{64}$/) }
    })
    const second = await put("Release plan", yaml("Release plan", "description: other"))
    expect(second).toMatchObject({ status: 201, headers: { etag: '"2"' }, body: { version: 2 } })
    expect(second.body.digest).not.toBe(first.body.digest)

    const again = await put("Release plan", `# with a comment\n${yaml("Release plan")}`)
    expect(again).toMatchObject({ status: 200, headers: { etag: '"2"', location: first.headers.location } })
    expect(again.body).toEqual(first.body)
    expect(again.headers["idempotency-replayed"]).toBeUndefined()
  })

  it("takes JSON, whatever the order of its keys, as the same content", async () => {
    const phases = [{ order: 1, name: "One", id: "one" }]
    const one = await call("/v1/workflows/json", { method: "PUT", json: { name: "json", phases } })
    const other = await put("json", "phases: [{id: one, name: One, order: 1}]\nname: json", {
      "content-type": "text/yaml; charset=utf-8"
    })
    expect(one).toMatchObject({ status: 201, body: { version: 1 } })
    expect(other).toMatchObject({ status: 200, body: one.body })
  })

  it("takes any name of 100 characters", async () => {
    const name = "🐎ž ".repeat(33).concat("!")
    const answer = await put(name, yaml(JSON.stringify(name)))
    expect(answer).toMatchObject({ status: 201, body: { name } })
    expect((await put(name, yaml(JSON.stringify(name)))).body).toEqual(answer.body)
  })

  it("belongs to a tenant", async () => {
    await put("mine", yaml("mine"))
    const theirs = await put("mine", yaml("mine"), {}, await token({ tenant: "other" }))
    expect(theirs).toMatchObject({ status: 201, body: { version: 1 } })
  })

  it("makes one version of what several register at the same instant", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => put("burst", yaml("burst"))))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(7).fill(200), 201])
    const others = await Promise.all(
      Array.from({ length: 8 }, (_, index) => put("burst", yaml("burst", `description: number ${index}`)))
    )
    expect(others.map(({ body }) => body.version).toSorted((one, other) => one - other)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9
    ])
  })

  it("has one effect under an Idempotency-Key, with the same answer later", async () => {
    const keyed = { "idempotency-key": "wf" }
    const first = await put("keyed", yaml("keyed"), keyed)
    await put("keyed", yaml("keyed", "description: later"))
    const replay = await put("keyed", yaml("keyed"), keyed)
    expect(replay).toMatchObject({
      status: 200,
      body: first.body,
      headers: { etag: '"1"', location: first.headers.location, "idempotency-replayed": "true" }
    })
    expectProblem(await put("keyed", yaml("keyed", "description: x"), keyed), 422, "idempotency-key-reused")
  })

  it("heeds If-Match", async () => {
    await put("matched", yaml("matched"))
    expectProblem(
      await put("matched", yaml("matched", "description: x"), { "if-match": '"2"' }),
      412,
      "precondition-failed"
    )
    expect((await put("matched", yaml("matched", "description: x"), { "if-match": '"1"' })).status).toBe(201)
  })

  it("needs a token with workflows:write", async () => {
    expectProblem(await put("x", yaml("x"), {}, ""), 401, "unauthenticated")
    expectProblem(
      await put("x", yaml("x"), {}, await token({ scope: "workflows:read runs:write" })),
      403,
      "scope-missing"
    )
  })
})

describe("a bad document", () => {
  it("is refused with every fault, in the order of its lines", async () => {
    const text = `name: other
phases:
  - id: plan
    name: Plan
    order: 1.5
    checkpoint: maybe
  - id: build
    name: Build
    order: 2
    transitions: [nowhere]
    tasks: [{ key: A1, title: T, dependsOn: [A2] }, { key: A2, title: T, dependsOn: [A1] }]
    surprise: 1
`
    const shape = await put("faulty", text)
    expectProblem(shape, 422, "workflow-invalid")
    expect(shape.body.errors.map(({ line, pointer }: { line: number; pointer: string }) => [line, pointer])).toEqual([
      [1, "/name"],
      [5, "/phases/0/order"],
      [6, "/phases/0/checkpoint"],
      [12, "/phases/1/surprise"]
    ])
    const references = await put(
      "other",
      text.replace("1.5", "1").replace("maybe", "true").replace("    surprise: 1\n", "")
    )
    expect(references.body.errors).toMatchObject([
      { line: 2, pointer: "/phases", message: expect.stringContaining("no terminal phase") },
      { line: 10, pointer: "/phases/1/transitions/0", message: "names the unknown phase nowhere", column: 19 },
      { line: 11, pointer: "/phases/1/tasks/0/dependsOn", message: "is part of a cycle: A1 → A2 → A1" }
    ])
    expect(references.body.detail).toContain("line 11: ")
  })

  it.each([
    ["half a list", "name: x\nphases: [1", 2],
    ["two documents", "name: x\n---\nname: y", 2],
    ["a tag", "name: !secret x", 1],
    ["U+0000", 'name: "x\\0"', 1],
    ["a key twice", "name: x\nname: y", 2],
    ["nothing but a comment", "# x", 1]
  ])("of YAML with %s is refused at its line: 422", async (_, text, line) => {
    const answer = await put("x", text)
    expectProblem(answer, 422, "workflow-invalid")
    expect(answer.body.errors[0].line).toBe(line)
  })

  it.each<[string, string | Buffer, string]>([
    ["nothing", "", "application/yaml"],
    ["bytes that are no UTF-8", Buffer.from("name: \xff", "latin1"), "application/yaml"],
    ["half an object", '{"name":', "application/json"]
  ])("of %s is malformed: 400", async (_, raw, type) =>
    expectProblem(await put("x", raw, { "content-type": type }), 400, "malformed-body")
  )

  it("of another type is not supported: 415", async () => {
    expectProblem(await put("x", yaml("x"), { "content-type": "text/plain" }), 415, "unsupported-media-type")
    expectProblem(await put("x", yaml("x"), { "content-encoding": "gzip" }), 415, "unsupported-media-type")
    const latin = { "content-type": "application/yaml; charset=latin1" }
    expectProblem(await put("x", yaml("x"), latin), 415, "unsupported-media-type")
  })

  it("of more than 1 MiB is too large: 413, quickly", async () => {
    const before = process.cpuUsage()
    for (const size of [MIB + 1, 10 * MIB])
      expectProblem(await put("x", "x".repeat(size)), 413, "body-too-large", { maximum: MIB })
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000)
  })

  it("whose aliases explode is refused, quickly", async () => {
    const laughs = [..."bcdefghi"].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[index]}`)}]`)
    const before = process.cpuUsage()
    const answer = await put("x", `a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n${laughs.join("\n")}`)
    expectProblem(answer, 422, "workflow-invalid")
    expect(answer.body.errors[0].message).toBe("aliases stand for more than a document may hold")
    // Of this process, so that nobody else's load counts.
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000)
  })

  it.each(["a%2Fb", "%20x", "x.", "%0A", "..%5C", "x".repeat(101)])(
    "under the name %s is a bad request",
    async (name) => expectProblem(await call(`/v1/workflows/${name}`, { method: "PUT", json: {} }), 400, "bad-request")
  )

  it("of JSON is refused in the same words", async () => {
    const answer = await call("/v1/workflows/x", { method: "PUT", raw: '{"name":"x",\n "phases":[{}],\n "more":1}' })
    expectProblem(answer, 422, "workflow-invalid")
    expect(pointers(answer)).toEqual(["/phases/0/id", "/phases/0/name", "/phases/0/order", "/more"])
    expect(answer.body.errors.map(({ line }: { line: number }) => line)).toEqual([2, 2, 2, 3])
  })
})

it("records the document in a stream of its own, before the version that names it", async () => {
  const { body } = await put("recorded", yaml("recorded"))
  const events = await sql`
    select type, data from sluice.events where tenant = 'acme' and data ->> 'digest' = ${body.digest} order by position`
  expect([...events]).toEqual([
    {
      type: "definition.recorded",
      data: { digest: body.digest, document: expect.objectContaining({ name: "recorded" }) }
    },
    {
      type: "workflow.version-registered",
      data: { name: "recorded", version: 1, digest: body.digest, description: null, phases: 2, tasks: 1 }
    }
  ])
})
