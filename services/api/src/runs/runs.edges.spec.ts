import { approvalId } from "@sluice/contracts/run/run.ids"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { one, runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call, token } = await runningApi()
const { register, begin, on, does, completes } = runDriver(call)

const rita = await token({ sub: "rita", roles: ["reviewer"] })
const approve = (approval: string) =>
  call(`/v1/approvals/${approval}/decisions`, { json: { decision: "approve" }, token: rita })

describe("odd names", () => {
  it("are names like any other: of objects' own properties, with dots, with letters of the world", async () => {
    const { id } = await begin([
      {
        id: "constructor",
        tasks: [
          { key: "toString", title: "x" },
          { key: "a.b-c_d", title: "y" }
        ],
        checkpoint: true
      },
      { id: "hasOwnProperty", tasks: [{ key: "valueOf", title: "z", dependsOn: ["toString"] }] }
    ])
    expect(await completes(id, "toString", "a.b-c_d")).toMatchObject({ openCheckpoints: [{ phase: "constructor" }] })
    await does(id, "checkpoints/constructor", { verb: "proceed" })
    expect(await completes(id, "valueOf")).toMatchObject({ status: "completed" })
    const workflow = await register([{ id: "A", tasks: tasksOf("A", 1) }], { name: "50 % Pläne & 馬?#" })
    const title = "🐎".repeat(150)
    const started = await call("/v1/runs", { json: { workflow, title } })
    expect(started).toMatchObject({ status: 201, body: { title, workflow: { name: workflow } } })
  })

  it("that no object has are found nowhere", async () => {
    const { id } = await begin([{ id: "A", tasks: tasksOf("A", 1) }])
    expectProblem(await on(id, "tasks/constructor/start"), 404, "task-not-found", { task: "constructor" })
    expectProblem(await on(id, "phases/toString/validate"), 404, "phase-not-found", { phase: "toString" })
  })
})

describe("a request", () => {
  it("takes null for what may be left out, and times of any zone", async () => {
    const workflow = await register([{ id: "A", tasks: tasksOf("A", 1) }])
    const json = { workflow, title: "x", deadline: "2999-01-01T02:00:00+02:00" }
    const { body } = await call("/v1/runs", { json })
    expect(body.deadline).toBe("2999-01-01T00:00:00.000Z")
    expect((await call("/v1/runs", { json: { ...json, deadline: null } })).body.deadline).toBeNull()
    for (const path of ["pause", "tasks/A1/fail", "phases/A/transition"])
      expect((await on(body.id, path, { reason: null })).status, path).not.toBe(422)
  })

  it.each([
    ["DELETE", "/v1/runs"],
    ["GET", "/v1/runs/01a1fdc9-7a89-75fa-95df-188c3d800a4c/pause"],
    ["PUT", "/v1/runs/01a1fdc9-7a89-75fa-95df-188c3d800a4c/tasks/A1/start"],
    ["POST", "/v1/phases"]
  ])("%s %s is no method of this path: 405", async (method, path) => {
    expectProblem(await call(path, { method }), 405, "method-not-allowed")
  })
})

describe("a run goes on", () => {
  it("when its checkpoint is confirmed while it is paused: it is startable once resumed", async () => {
    const { id } = await begin([
      { id: "A", tasks: tasksOf("A", 1), checkpoint: true },
      { id: "B", tasks: tasksOf("B", 1) }
    ])
    await completes(id, "A1")
    await does(id, "pause")
    expect(await does(id, "checkpoints/A", { verb: "proceed" })).toMatchObject({
      status: "paused",
      openCheckpoints: []
    })
    expect(await does(id, "resume")).toMatchObject({ status: "in_progress", startable: ["B1"] })
  })

  it("to its end with the last sign-off, through the approval alone", async () => {
    const { id } = await begin([{ id: "A", tasks: tasksOf("A", 1), signoff: one("reviewer") }])
    await completes(id, "A1")
    await does(id, "phases/A/signoff")
    expect((await approve(approvalId(id, "signoff", "A", 1, 1))).status).toBe(200)
    expectProblem(await on(id, "tasks", { key: "A2", title: "x", phase: "A" }), 409, "run-ended", {
      state: "completed"
    })
  })

  it("to its end though a baseline was gone back to before its sign-off", async () => {
    const { id } = await begin([
      { id: "A", tasks: tasksOf("A", 1), signoff: one("reviewer") },
      { id: "B", tasks: tasksOf("B", 1), transitions: ["A", "C"] },
      { id: "C", tasks: tasksOf("C", 1) }
    ])
    await completes(id, "A1")
    await does(id, "phases/A/transition", { baseline: true })
    await completes(id, "B1")
    await does(id, "phases/B/transition", { to: "A", reason: "Once more" })
    await does(id, "phases/A/signoff")
    expect((await approve(approvalId(id, "signoff", "A", 2, 1))).status).toBe(200)
    await does(id, "phases/A/transition")
    await does(id, "phases/B/transition", { to: "C" })
    expect(await completes(id, "C1")).toMatchObject({ status: "completed" })
  })

  it("after a checkpoint of a phase that was gone back from: it is asked again in its next visit", async () => {
    const { id } = await begin([
      { id: "A", tasks: tasksOf("A", 1) },
      { id: "B", tasks: tasksOf("B", 1), checkpoint: true, transitions: ["A", "C"] },
      { id: "C", tasks: tasksOf("C", 1) }
    ])
    await completes(id, "A1", "B1")
    const first = approvalId(id, "checkpoint", "B", 1, 1)
    const back = await does(id, "phases/B/transition", { to: "A", reason: "Once more" })
    expect(back).toMatchObject({ openCheckpoints: [], currentPhase: "A" })
    expectProblem(await approve(first), 409, "already-decided", { state: "cancelled" })
    await does(id, "phases/A/transition")
    const again = await does(id, "milestones", { key: "M", title: "x" })
    expect(again.openCheckpoints).toMatchObject([
      { phase: "B", visit: 2, approvalId: approvalId(id, "checkpoint", "B", 2, 1) }
    ])
    await does(id, "checkpoints/B", { verb: "proceed" })
    expect(await completes(id, "C1")).toMatchObject({ status: "completed" })
  })
})
