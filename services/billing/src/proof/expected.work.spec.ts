import { randomUUID } from "node:crypto"
import { taskId } from "@sluice/contracts/run/run.ids"
import { v5 } from "uuid"
import { beforeEach, describe, expect, it } from "vitest"
import { account, archive, type Past, session } from "./proof.spec-support.ts"

/** What events come to, worked out by hand. Every test has a tenant of its own. */
const world = await archive()
let tenant = ""
beforeEach(() => {
  tenant = `t${randomUUID()}`
})
const told = async (...events: ReadonlyArray<Past>) => {
  await world.record(...events.map((event) => ({ ...event, tenant })))
  return world.expected(tenant)
}

describe("what is worked on", () => {
  const runId = "0197a1f0-1c00-7000-8000-000000000001"
  const run = (type: string, data: object, at = "2026-10-01T00:00:00.000Z"): Past => ({
    stream: `run-${runId}`,
    type: `run.${type}`,
    data: data as Past["data"],
    at
  })
  const task = (key: string, phase: string) => ({ id: taskId(runId, key), key, phase })

  it("is known from the moment the run names the task, started or not", async () => {
    const [early, one, two, stranger] = [session(), session(), session(), session()]
    const definition = {
      phases: [
        { id: "B", tasks: [{ key: "B1" }, { key: "B2" }] },
        { id: "C", tasks: [] }
      ]
    }
    const rows = await told(
      early.opened("2026-10-01T00:00:00.000Z", taskId(runId, "B1")),
      early.used("2026-10-01T00:00:00.000Z", 1),
      run("started", { runId, definition }),
      early.used("2026-10-01T00:00:00.000Z", 2),
      one.opened("2026-10-01T00:00:00.000Z", taskId(runId, "B2")),
      one.used("2026-10-01T00:00:00.000Z", 3),
      one.noted("2026-10-01T00:00:00.000Z"),
      one.used("2026-10-01T00:00:00.000Z", 4),
      run("task-added", { ...task("C1", "C"), visit: 1, title: "", dependsOn: [], estimate: null }),
      run("task-started", task("B1", "B")),
      one.works("2026-10-01T00:00:00.000Z", taskId(runId, "C1")),
      one.used("2026-10-01T00:00:00.000Z", 5),
      one.works("2026-10-01T00:00:00.000Z", null),
      one.used("2026-10-01T00:00:00.000Z", 6),
      two.opened("2026-10-01T00:00:00.000Z"),
      two.used("2026-10-01T00:00:00.000Z", 7),
      stranger.opened("2026-10-01T00:00:00.000Z", runId),
      stranger.used("2026-10-01T00:00:00.000Z", 8)
    )
    const [b, c] = [`${runId}/B`, `${runId}/C`]
    expect(rows.map(({ quantity, taskId, runId, phase }) => [quantity, taskId, runId, phase])).toEqual([
      [1, taskId(runId, "B1"), "", ""],
      [2, taskId(runId, "B1"), runId, b],
      [3, taskId(runId, "B2"), runId, b],
      [4, taskId(runId, "B2"), runId, b],
      [5, taskId(runId, "C1"), runId, c],
      [6, "", "", ""],
      [7, "", "", ""],
      [8, runId, "", ""]
    ])
  })

  it("is what the session worked on when the month was closed, or the interval ended", async () => {
    const books = account(tenant)
    const one = session()
    const rows = await told(
      run("started", { runId, definition: { phases: [{ id: "B", tasks: [{ key: "B1" }] }] } }),
      one.opened("2026-10-01T00:00:00.000Z", taskId(runId, "B1")),
      one.activated("2026-10-31T23:00:00.000Z"),
      books.closed("2026-11-01T00:00:00.000Z", "2026-10"),
      one.works("2026-11-01T00:30:00.000Z", null),
      one.completed("2026-11-01T01:00:00.000Z")
    )
    expect(rows.map(({ at, runId }) => [at, runId])).toEqual([
      ["2026-10-31T23:00:00.000Z", runId],
      ["2026-11-01T00:00:00.000Z", ""]
    ])
  })

  it("has ids of version 5", async () => {
    for (const name of [
      "",
      "task/B1",
      "x".repeat(23),
      "x".repeat(39),
      "x".repeat(40),
      "ä".repeat(24),
      "€".repeat(300)
    ]) {
      const namespace = randomUUID()
      const [row] = await world.admin<{ id: string }[]>`select sluice.uuid_v5(${namespace}, ${name}) as id`
      expect(row?.id).toBe(v5(name, namespace))
    }
  })
})
