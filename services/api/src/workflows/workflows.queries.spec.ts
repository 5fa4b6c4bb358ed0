import { exportYaml, readDocument } from "@sluice/workflow"
import { definitionReadModel } from "@sluice/workflow/definition.read-model"
import { workflowReadModel } from "@sluice/workflow/workflow.read-model"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { projected } from "../testing/rows.project.ts"

const { call, token, database } = await runningApi()
const project = projected(database.adminUrl, [workflowReadModel, definitionReadModel])

const document = (name: string, description: string) => ({
  name,
  description,
  phases: [{ id: "only", name: "Only", order: 1, prompt: "First.\nThen.\n" }]
})
const put = async (name: string, description: string) => {
  const json = document(name, description)
  const answer = await call(`/v1/workflows/${encodeURIComponent(name)}`, { method: "PUT", json })
  expect(answer.status).toBe(201)
  return answer.body
}

describe("reading", () => {
  it("gives a workflow with its versions, and each version with its document", async () => {
    const one = await put("Read me", "first")
    const two = await put("Read me", "second")
    await project()
    const read = await call("/v1/workflows/Read%20me")
    const { name: _, ...first } = one
    const { name: __, ...second } = two
    expect(read).toMatchObject({ status: 200, headers: { etag: '"2"', vary: "accept" } })
    expect(read.body).toEqual({
      name: "Read me",
      description: "second",
      version: 2,
      digest: two.digest,
      versions: [first, second],
      createdAt: one.createdAt,
      updatedAt: two.createdAt
    })
    const version = await call("/v1/workflows/Read%20me/versions/1")
    expect(version.body).toEqual({
      name: "Read me",
      version: 1,
      digest: one.digest,
      createdAt: one.createdAt,
      document: document("Read me", "first")
    })
  })

  it("gives the document as YAML to whom prefers that", async () => {
    await put("As YAML", "first")
    await put("As YAML", "second")
    await project()
    const accept = { headers: { accept: "text/html, application/yaml;q=0.9, application/json;q=0.5" } }
    const newest = await call("/v1/workflows/As%20YAML", accept)
    const first = await call("/v1/workflows/As%20YAML/versions/1", accept)
    for (const [answer, description] of [
      [newest, "second"],
      [first, "first"]
    ] as const) {
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/yaml", etag: '"2"' } })
      expect(answer.body).toBe(exportYaml(document("As YAML", description)))
      expect(Result.getOrThrow(readDocument(answer.body, "yaml"))).toEqual(document("As YAML", description))
    }
    const json = await call("/v1/workflows/As%20YAML", {
      headers: { accept: "application/json, application/yaml;q=0.9" }
    })
    expect(json.headers["content-type"]).toContain("application/json")
  })

  it("waits for one's own write", async () => {
    const name = "awaited"
    await put(name, "x")
    expectProblem(await call(`/v1/workflows/${name}`), 404, "workflow-not-found")
    expectProblem(await call(`/v1/workflows/${name}?minVersion=1&wait=20ms`), 503, "not-yet-visible", { version: 0 })
    const [read, version] = [
      call(`/v1/workflows/${name}?minVersion=1&wait=5s`),
      call(`/v1/workflows/${name}/versions/1?minVersion=1&wait=5s`)
    ]
    await project()
    expect(await read).toMatchObject({ status: 200, body: { version: 1 } })
    expect(await version).toMatchObject({ status: 200, body: { version: 1, document: document(name, "x") } })
  })

  it("says what is not there, and what cannot be", async () => {
    await put("there", "x")
    await project()
    const absent = await call("/v1/workflows/absent")
    expectProblem(absent, 404, "workflow-not-found", { workflow: "absent", version: null })
    expectProblem(await call("/v1/workflows/absent?minVersion=1&wait=5s"), 404, "workflow-not-found")
    const version = await call("/v1/workflows/there/versions/2")
    expectProblem(version, 404, "workflow-not-found", { version: 2, detail: "Workflow there has no version 2" })
    for (const bad of ["0", "-1", "x", "1.5", "9999999999"])
      expectProblem(await call(`/v1/workflows/there/versions/${bad}`), 400, "bad-request")
    expectProblem(await call("/v1/workflows/there/versions"), 404, "route-not-found")
  })

  it("shows a tenant its own only, with workflows:read", async () => {
    await put("ours", "x")
    await project()
    const other = await token({ tenant: "other" })
    expectProblem(await call("/v1/workflows/ours", { token: other }), 404, "workflow-not-found")
    expectProblem(await call("/v1/workflows/ours/versions/1", { token: other }), 404, "workflow-not-found")
    expect((await call("/v1/workflows", { token: other })).body).toEqual({ items: [], nextCursor: null })
    expectProblem(await call("/v1/workflows", { token: await token({ scope: "runs:read" }) }), 403, "scope-missing")
  })
})

it("lists newest first, page by page, without gap or repeat", async () => {
  const by = await token({ tenant: "lister" })
  const names = Array.from({ length: 5 }, (_, index) => `w${index}`)
  for (const name of names) await call(`/v1/workflows/${name}`, { method: "PUT", token: by, json: document(name, "x") })
  await project()
  const seen: Array<string> = []
  let cursor: string | null = ""
  while (cursor !== null) {
    const page = await call(`/v1/workflows?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`, { token: by })
    seen.push(...page.body.items.map(({ name }: { name: string }) => name))
    cursor = page.body.nextCursor
  }
  expect(seen).toEqual(names.toReversed())
  expectProblem(await call("/v1/workflows?cursor=x"), 400, "bad-request")
})
