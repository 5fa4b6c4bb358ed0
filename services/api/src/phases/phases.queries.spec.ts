import { PhaseView } from "@sluice/contracts/run/run.views"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { readModels } from "../testing/rows.insert.ts"
import { one, runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call, token, database } = await runningApi()
const models = readModels(database.adminUrl)

/** A tenant of its own, with one run. */
const tenantWithRun = async (tenant: string, phases: Parameters<ReturnType<typeof runDriver>["begin"]>[0]) => {
  const by = await token({ tenant, roles: ["pm"] })
  const driver = runDriver((path, given) => call(path, { token: by, ...given }))
  const { id } = await driver.begin(phases)
  const found = async (query = ""): Promise<ReadonlyArray<string>> => {
    await models.run(id, tenant)
    const { body } = await call(`/v1/phases?${query}`, { token: by })
    return body.items.map(({ phase }: PhaseView) => phase)
  }
  return { ...driver, id, by, found }
}
const three = [
  { id: "A", tasks: tasksOf("A", 1), signoff: one("reviewer", "lead") },
  { id: "B", tasks: tasksOf("B", 1), checkpoint: true },
  { id: "C", tasks: tasksOf("C", 1) }
]

describe("phases across runs", () => {
  it("have the shape of the contract, and the run's status as it now is", async () => {
    const { id, by, does, found } = await tenantWithRun("shape", three)
    await does(id, "pause")
    expect(await found()).toEqual(["A", "B", "C"])
    const { body } = await call("/v1/phases", { token: by })
    expect(Schema.is(Schema.Array(PhaseView))(body.items)).toBe(true)
    expect(body.items.map(({ runStatus }: PhaseView) => runStatus)).toEqual(["paused", "paused", "paused"])
  })

  it("are found by status, by what blocks them and by whom they wait for", async () => {
    const { id, does, completes, found } = await tenantWithRun("filters", three)
    expect(await found("status=not_started")).toEqual(["A", "B", "C"])
    await completes(id, "A1")
    expect(await found("status=in_progress")).toEqual(["A"])
    expect(await found("role=reviewer")).toEqual([])
    await does(id, "phases/A/signoff")
    expect(await found("status=ready_for_signoff&role=reviewer")).toEqual(["A"])
    expect(await found("role=lead")).toEqual(["A"])
    expect(await found("role=pm")).toEqual([])
    await does(id, "phases/C/block", { reason: "x" })
    expect(await found("status=blocked")).toEqual(["C"])
    expect(await found("status=not_started")).toEqual(["B", "C"])
    await does(id, "phases/A/transition", { baseline: true })
    await completes(id, "B1")
    expect(await found("role=whoever")).toEqual(["B"])
    expect(await found("role=reviewer")).toEqual(["A", "B"])
    expect(await found("status=completed_doc_baseline")).toEqual(["A"])
    expect(await found("workflow=elsewhere")).toEqual([])
  })

  it("are paged one by one in their order", async () => {
    const { by, found } = await tenantWithRun("pages", three)
    await found()
    const seen: Array<string> = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? "" : `&cursor=${cursor}`
      const { body } = await call(`/v1/phases?limit=1${query}`, { token: by })
      seen.push(...body.items.map(({ phase }: PhaseView) => phase))
      cursor = body.nextCursor
    } while (cursor !== null)
    expect(seen).toEqual(["A", "B", "C"])
  })

  it.each(["status=asleep", "role=", "cursor=WzFd", "limit=1e3", "phase=A"])("?%s: 400", async (query) => {
    expectProblem(await call(`/v1/phases?${query}`), 400, "bad-request")
  })
})
