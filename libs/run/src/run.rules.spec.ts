import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { TaskStatus } from "@sluice/contracts/run/run.views"
import { describe, expect, it } from "vitest"
import { askQuestion, raiseBlocker } from "./run.decide.notes.ts"
import { block, unblock } from "./run.decide.phases.ts"
import { deferTask } from "./run.decide.tasks.ts"
import { cancel, fail, pause } from "./run.decide.ts"
import { progressOf } from "./run.rules.ts"
import { anybody, at, completes, goes, on, phase, running, says, starts } from "./run.spec-support.ts"

const checked = running(phase("A", { tasks: ["A1"], checkpoint: anybody }), phase("B", { tasks: ["B1"] }))

describe("status, the first that applies", () => {
  const open = checked.did(...completes("A1"))
  const asking = open.did(on(askQuestion, { text: "?" }))
  const blocked = asking.did(on(raiseBlocker, { text: "!" }))
  const paused = blocked.did(on(pause, {}))
  it.each([
    ["not_started", checked],
    ["not_started", checked.did(at(deferTask, "A1", {}))],
    ["in_progress", checked.did(starts("A1"))],
    ["awaiting_confirmation", open],
    ["awaiting_input", asking],
    ["blocked", blocked],
    ["blocked", asking.did(at(block, "B", { reason: "!" }))],
    ["awaiting_input", asking.did(at(block, "B", { reason: "!" }), at(unblock, "B", {}))],
    ["paused", paused],
    ["failed", paused.did(on(fail, {}))],
    ["cancelled", paused.did(on(cancel, {}))],
    ["in_progress", open.did(says("A", "proceed"))],
    ["in_progress", running(phase("A", { tasks: ["A1"] }), phase("B")).did(goes("A", "A"))],
    ["completed", open.did(says("A", "proceed"), ...completes("B1"))]
  ] as const)("%s: %#", (status, told) => expect(told.view.status).toBe(status))
})

describe("progress", () => {
  const tasks = (statuses: ReadonlyArray<TaskStatus>) =>
    statuses.map((status, index) => ({
      id: `${index}`,
      key: `${index}`,
      title: "",
      dependsOn: [],
      estimate: null,
      status
    }))
  const of = (done: number, total: number) =>
    progressOf(tasks(Array.from({ length: total }, (_, index) => (index < done ? "completed" : "pending")))).percent
  it.each([
    [0, 16, 0],
    [3, 16, 19],
    [1, 8, 13],
    [1, 200, 1],
    [1, 201, 0],
    [199, 200, 100],
    [198, 200, 99],
    [1, 3, 33],
    [2, 3, 67],
    [16, 16, 100]
  ])("%i of %i is %i per cent, half rounded up", (done, total, percent) => expect(of(done, total)).toBe(percent))
  it("leaves out what was deferred or moved", () =>
    expect(progressOf(tasks(["completed", "deferred", "moved", "failed", "in_progress"]))).toEqual({
      done: 1,
      total: 3,
      percent: 33
    }))
  it("of nothing is nothing, until that is completed", () => {
    expect(progressOf([])).toEqual({ done: 0, total: 0, percent: 0 })
    expect(progressOf([], true)).toEqual({ done: 0, total: 0, percent: 100 })
    expect(running(phase("A")).did(goes("A")).view.progress.percent).toBe(100)
  })
})

/** Real input of another project, where it is; `SLUICE_INPUT` names the folder. */
const file = join(
  process.env.SLUICE_INPUT || join(import.meta.dirname, "../../../../shared/input"),
  "omoi/tasks-dag.json"
)
const SAMPLE = { "1": [], "2": ["1"], "3": ["1"], "4": ["2", "3"], "5": ["3", "4"], "6": ["5"], "7": ["5"] }
const graph = (): Readonly<Record<string, ReadonlyArray<string>>> =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).dependency_graph : SAMPLE

describe("startable tasks", () => {
  it(`come in layers (${existsSync(file) ? "tasks-dag.json" : "a sample in place of tasks-dag.json"})`, () => {
    const tasks = Object.entries(graph()).map(([key, needs]) =>
      needs.length === 0 ? key : `${key} < ${needs.join(", ")}`
    )
    let told = running(phase("TASKS", { tasks }))
    const layers: Array<ReadonlyArray<number>> = []
    while (told.view.startable.length > 0) {
      const layer = told.view.startable
      layers.push(layer.map((key) => Number(key.replace("TSK-", ""))))
      told = told.did(...completes(...layer))
    }
    expect(layers).toEqual([[1], [2, 3], [4], [5], [6, 7]])
    expect(told.view.status).toBe("completed")
  })
  it("are of the current phase, and of the next one when that has everything it needs", () => {
    const told = running(phase("A", { tasks: ["A1", "A2"] }), phase("B", { tasks: ["B1", "B2 < B1"] }))
    expect(told.view.startable).toEqual(["A1", "A2"])
    expect(told.did(starts("A1")).view.startable).toEqual(["A2"])
    expect(told.did(...completes("A1", "A2")).view.startable).toEqual(["B1"])
  })
  it("are none under an open checkpoint", () => expect(checked.did(...completes("A1")).view.startable).toEqual([]))
})
