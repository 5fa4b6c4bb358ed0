import { BriefView, ContextView, PhaseDetail, RunView, TimelineEntry } from "@sluice/contracts/run/run.views"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { readModels } from "../testing/rows.insert.ts"
import { one, runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call, token, database } = await runningApi()
const { register, begin, does, completes } = runDriver(call)
const models = readModels(database.adminUrl)

const unknown = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"
const plan = [
  { id: "A", tasks: tasksOf("A", 2), checkpoint: one("lead"), prompt: "Ask", doneDefinitions: ["Done"] },
  { id: "B", tasks: tasksOf("B", 1) }
]
const underWay = async () => {
  const { id } = await begin(plan)
  await does(id, "tasks/A1/complete", { decisions: ["d"] })
  await does(id, "phases/A/evidence", { type: "doc", ref: "r", title: "t", attributes: { done: "Done" } })
  await does(id, "phases/A/validate")
  const run = await completes(id, "A2")
  await models.run(id)
  return run
}
const fits = (schema: Schema.Top, value: unknown) =>
  expect(Schema.is(schema as Schema.Schema<unknown>)(value)).toBe(true)

describe("reading a run", () => {
  it("answers it as its last command did, in the shape of the contract", async () => {
    const run = await underWay()
    const answer = await call(`/v1/runs/${run.id}?minVersion=${run.version}`)
    expect(answer).toMatchObject({ status: 200, headers: { etag: `"${run.version}"` } })
    expect(answer.body).toEqual(run)
    fits(RunView, answer.body)
  })

  it("answers brief, phases, timeline and context in the shapes of the contract", async () => {
    const { id, version } = await underWay()
    const [brief, phases, timeline, context] = await Promise.all(
      ["brief", "phases", "timeline", "context"].map((part) => call(`/v1/runs/${id}/${part}`))
    )
    fits(BriefView, brief?.body)
    expect(brief?.body).toMatchObject({ prompt: "Ask", waiting: [{ phase: "A", roles: ["lead"] }] })
    fits(Schema.Array(PhaseDetail), phases?.body.items)
    expect(phases?.body.items[0]).toMatchObject({
      doneDefinitions: ["Done"],
      visits: [{ gate: { result: "not_configured" } }]
    })
    fits(Schema.Array(TimelineEntry), timeline?.body.items)
    expect(timeline?.body.items).toHaveLength(version)
    fits(ContextView, context?.body)
    expect(context?.body).toMatchObject({ phase: null, decisions: ["d"] })
    for (const answer of [brief, phases, context]) expect(answer?.headers.etag).toBe(`"${version}"`)
  })

  it("shows the events up to the row's version and none after it", async () => {
    const { id, version } = await underWay()
    await does(id, "decisions", { text: "Later" })
    expect((await call(`/v1/runs/${id}/timeline`)).body.items[0].version).toBe(version)
    expect((await call(`/v1/runs/${id}/brief`)).body.history[0].version).toBe(version)
    const late = await call(`/v1/runs/${id}?minVersion=${version + 1}`)
    expectProblem(late, 503, "not-yet-visible", { version, minVersion: version + 1 })
    expectProblem(await call(`/v1/runs/${id}/context?minVersion=${version + 1}&wait=50ms`), 503, "not-yet-visible")
  })

  it("that nobody started: 404, whatever version is waited for", async () => {
    for (const part of ["", "/brief", "/phases", "/timeline", "/context"])
      expectProblem(await call(`/v1/runs/${unknown}${part}`), 404, "run-not-found", { runId: unknown })
    expectProblem(await call(`/v1/runs/${unknown}?minVersion=1&wait=10s`), 404, "run-not-found")
    const { id } = await begin(plan)
    expectProblem(await call(`/v1/runs/${id}?minVersion=1`), 503, "not-yet-visible", { version: 0 })
  })

  it.each(["phase=a%20b", "minVersion=x", "wait=soon", "wait=11s", "limit=1", "unknown=1"])(
    "context?%s: 400",
    async (query) => {
      const { id } = await begin(plan)
      expectProblem(await call(`/v1/runs/${id}/context?${query}`), 400, "bad-request")
    }
  )
})

describe("lists of runs", () => {
  it("are paged without a gap or a repeat, also where several began at the same instant", async () => {
    const by = await token({ tenant: "paged" })
    const workflow = await register(plan, { by })
    const ids: Array<string> = []
    for (let count = 0; count < 5; count++)
      ids.push((await call("/v1/runs", { json: { workflow, title: "x" }, token: by })).body.id)
    for (const id of ids) await models.run(id, "paged")
    const instant = "2026-01-01T00:00:00.000Z"
    await models.sql`
      update sluice.runs set created_at = ${instant}, view = view || jsonb_build_object('createdAt', ${instant}::text)
      where tenant = 'paged'`
    const seen: Array<string> = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? "" : `&cursor=${cursor}`
      const { body } = await call(`/v1/runs?limit=2${query}`, { token: by })
      seen.push(...body.items.map(({ id }: RunView) => id))
      cursor = body.nextCursor
    } while (cursor !== null)
    expect(seen).toEqual(ids.toSorted().toReversed())
  })

  it.each(["status=asleep", "workflow=", "limit=0", "limit=201", "cursor=x", "role=pm"])("?%s: 400", async (query) => {
    expectProblem(await call(`/v1/runs?${query}`), 400, "bad-request")
  })
})
