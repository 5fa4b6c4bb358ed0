import { taskId } from "@sluice/contracts/run/run.ids"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call } = await runningApi()
const { begin, on, does, completes } = runDriver(call)

const two = [
  { id: "A", tasks: tasksOf("A", 2) },
  {
    id: "B",
    tasks: [
      { key: "B1", title: "First" },
      { key: "B2", title: "Second", dependsOn: ["B1"], estimate: "4h" }
    ]
  }
]

describe("tasks", () => {
  it("start, fail, start again, complete; the first one takes the run into its phase", async () => {
    const { id } = await begin(two)
    expect(await does(id, "tasks/A1/start", {})).toMatchObject({
      status: "in_progress",
      currentPhase: "A",
      phases: [{ status: "in_progress" }, { status: "not_started" }],
      startable: ["A2"],
      version: 3
    })
    expect(await does(id, "tasks/A1/fail", { reason: "flaky" })).toMatchObject({ startable: ["A1", "A2"], version: 4 })
    expect(await does(id, "tasks/A1/start")).toMatchObject({ startable: ["A2"], version: 5 })
    const done = await does(id, "tasks/A1/complete", { notes: ["n"] })
    expect(done).toMatchObject({ progress: { done: 1, total: 4, percent: 25 }, version: 6 })
  })

  it("the same again changes nothing: 200 with the run as it is", async () => {
    const { id } = await begin(two)
    await completes(id, "A1")
    await does(id, "tasks/A2/defer", { reason: "later" })
    const { version } = await does(id, "tasks/A1/complete", { notes: ["other"] })
    const again = await on(id, "tasks/A2/defer", { reason: "never" })
    expect(again).toMatchObject({ status: 200, headers: { etag: `"${version}"` }, body: { version } })
  })

  it.each([
    ["start", "in_progress"],
    ["fail", "failed"],
    ["defer", "deferred"],
    ["move", "moved"],
    ["reopen", "pending"]
  ])("%s of a completed task: 409 naming both statuses", async (command, to) => {
    const { id } = await begin(two)
    await completes(id, "A1")
    expectProblem(await on(id, `tasks/A1/${command}`), 409, "invalid-task-transition", {
      task: "A1",
      from: "completed",
      to,
      detail: `Task A1: invalid transition from completed to ${to}`
    })
  })

  it("wait for what they depend on, which only completing satisfies", async () => {
    const { id } = await begin(two)
    await completes(id, "A1", "A2")
    expectProblem(await on(id, "tasks/B2/start"), 409, "dependencies-open", { task: "B2", open: ["B1"] })
    expectProblem(await on(id, "tasks/B2/complete"), 409, "dependencies-open")
    expect(await does(id, "tasks/B1/defer")).toMatchObject({
      stuck: [expect.stringContaining("B2")],
      startable: [],
      progress: { done: 2, total: 3, percent: 67 }
    })
    expectProblem(await on(id, "tasks/B2/start"), 409, "dependencies-open")
    expect(await does(id, "unstick")).toMatchObject({ stuck: [], startable: ["B2"] })
    expect(await completes(id, "B2")).toMatchObject({
      status: "completed",
      progress: { done: 3, total: 3, percent: 100 }
    })
  })

  it("cannot start ahead of the phase before", async () => {
    const { id } = await begin(two)
    expectProblem(await on(id, "tasks/B1/start"), 409, "phase-refuses", { phase: "B", state: "not_started" })
    await completes(id, "A1")
    const early = await on(id, "tasks/B1/start")
    expectProblem(early, 409, "phase-unfinished", { phase: "A", needs: "tasks", missing: ["A2"] })
  })

  it("are deferred, taken up again and moved; N leaves them out, percent rounds half up", async () => {
    const { id } = await begin([{ id: "A", tasks: tasksOf("A", 8) }])
    await completes(id, "A1")
    expect((await does(id, "tasks/A2/defer")).progress).toEqual({ done: 1, total: 7, percent: 14 })
    expect((await does(id, "tasks/A3/move", { to: "the next run", reason: "scope" })).progress.total).toBe(6)
    const back = await does(id, "tasks/A2/reopen")
    expect(back).toMatchObject({ progress: { done: 1, total: 7 }, startable: expect.arrayContaining(["A2"]) })
    expectProblem(await on(id, "tasks/A3/reopen"), 409, "invalid-task-transition", { from: "moved", to: "pending" })
    const half = await begin([{ id: "A", tasks: tasksOf("A", 8) }])
    expect((await completes(half.id, "A1")).progress.percent).toBe(13)
    expect((await completes(half.id, "A2", "A3", "A4", "A5")).progress.percent).toBe(63)
  })

  it("are added on the way, with an id that follows from run and key", async () => {
    const { id } = await begin(two)
    const task = { key: "A3", title: "More", phase: "A", dependsOn: ["A1"], estimate: "2h" }
    const added = await does(id, "tasks", task)
    expect(added).toMatchObject({ progress: { total: 5 }, startable: ["A1", "A2"], version: 2 })
    expect(await does(id, "tasks", task)).toMatchObject({ version: 2 })
    expectProblem(await on(id, "tasks", { ...task, title: "Else" }), 409, "task-exists", { task: "A3" })
    const faults = await on(id, "tasks", { key: "A4", title: "x", phase: "Z", dependsOn: ["A9"] })
    expectProblem(faults, 422, "input-refused", { errors: [{ pointer: "/phase" }] })
    const late = await on(id, "tasks", { key: "A4", title: "x", phase: "A", dependsOn: ["A4", "A9", "B1"] })
    expect(pointers(late)).toEqual(["/dependsOn/0", "/dependsOn/1", "/dependsOn/2"])
    const bad = await on(id, "tasks", { key: "a b", title: "", phase: "A", of: 1 })
    expect(pointers(bad).toSorted()).toEqual(["/key", "/of", "/title"])
    await completes(id, "A1", "A2", "A3", "B1")
    const behind = await on(id, "tasks", { key: "A4", title: "x", phase: "A" })
    expectProblem(behind, 409, "phase-refuses", { phase: "A", state: "completed" })
    const other = await begin(two)
    expect(taskId(id, "A3")).not.toBe(taskId(other.id, "A3"))
  })

  it("of a run that has ended take no command", async () => {
    const { id } = await begin([{ id: "A", tasks: tasksOf("A", 2) }])
    await does(id, "tasks/A2/defer")
    await completes(id, "A1")
    for (const command of ["start", "complete", "fail", "defer", "move", "reopen"])
      for (const key of ["A1", "A2"])
        expectProblem(await on(id, `tasks/${key}/${command}`), 409, "run-ended", { state: "completed" })
    expectProblem(await on(id, "tasks", { key: "A3", title: "x", phase: "A" }), 409, "run-ended")
  })
})
