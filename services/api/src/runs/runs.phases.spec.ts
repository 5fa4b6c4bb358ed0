import { approvalId } from "@sluice/contracts/run/run.ids"
import type { RunView } from "@sluice/contracts/run/run.views"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { one, runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call, token } = await runningApi()
const { begin, on, does, completes } = runDriver(call)

const rita = await token({ sub: "rita", roles: ["reviewer"] })
const decide = (approval: string, json: object, by = rita) =>
  call(`/v1/approvals/${approval}/decisions`, { json, token: by })
const statuses = ({ phases }: RunView) => phases.map(({ status }) => status)
const phase = ({ phases }: RunView, id: string) => phases.find((known) => known.id === id)

describe("evidence and the gate", () => {
  const gated = (gate: ReadonlyArray<object>, more: object = {}) =>
    begin([{ id: "A", tasks: tasksOf("A", 1), gate, ...more }, { id: "B" }])
  /** What leaving the phase still needs, its tasks ended. */
  const needs = async (id: string) => {
    const answer = await on(id, "phases/A/transition", {})
    return answer.status === 200 ? [] : [answer.body.needs, ...answer.body.missing]
  }
  const evidence = (id: string, attributes: object, more: object = {}) =>
    does(id, "phases/A/evidence", { type: "doc", kind: "prd", ref: "docs/prd.md", title: "PRD", attributes, ...more })

  it("tasks-complete: waits for the tasks, and none count as complete", async () => {
    const { id } = await gated([{ type: "tasks-complete" }])
    await does(id, "phases/A/validate")
    await completes(id, "A1")
    expect(await needs(id)).toEqual([])
    const empty = await begin([
      { id: "A", gate: [{ type: "tasks-complete" }] },
      { id: "B", tasks: tasksOf("B", 1) }
    ])
    expect(statuses(await does(empty.id, "phases/A/transition"))).toEqual(["completed", "in_progress"])
  })

  it("artifact: of this kind, with these sections, long enough", async () => {
    const { id } = await gated([{ type: "artifact", kind: "prd", sections: ["Scope", "Risks"], minLength: 100 }])
    await completes(id, "A1")
    expect(await needs(id)).toEqual(["gate", "artifact prd"])
    await evidence(id, { sections: ["Scope"], length: 99 })
    expect(await needs(id)).toEqual(["gate", "section Risks of artifact prd", "length 100 of artifact prd"])
    await evidence(id, { sections: ["Scope", "Risks"], length: 100 })
    expect(await needs(id)).toEqual([])
  })

  it("metric: the newest evidence that carries it", async () => {
    const { id } = await gated([{ type: "metric", name: "coverage", min: 80 }])
    await completes(id, "A1")
    await evidence(id, { coverage: 90 })
    await evidence(id, { coverage: 79.5 }, { ref: "second" })
    expect((await needs(id))[0]).toBe("gate")
    await evidence(id, { other: 1 }, { ref: "third" })
    expect((await needs(id))[0]).toBe("gate")
    await evidence(id, { coverage: 80 }, { ref: "second" })
    expect(await needs(id)).toEqual([])
  })

  it("flag: says true, and nothing like it", async () => {
    const { id } = await gated([{ type: "flag", name: "ci" }])
    await completes(id, "A1")
    for (const ci of ["true", 1, false]) {
      await evidence(id, { ci })
      expect(await needs(id)).toEqual(["gate", "flag ci"])
    }
    await evidence(id, { ci: true })
    expect(await needs(id)).toEqual([])
  })

  it("done-definitions: each is ticked", async () => {
    const { id } = await gated([{ type: "done-definitions" }], { doneDefinitions: ["Reviewed", "Deployed"] })
    await completes(id, "A1")
    await evidence(id, { done: "Reviewed" }, { ref: "1" })
    expect(await needs(id)).toEqual(["gate", "done: Deployed"])
    await evidence(id, { done: "Deployed" }, { ref: "2" })
    expect(await needs(id)).toEqual([])
  })

  it("every validation is an event", async () => {
    const { id } = await gated([{ type: "flag", name: "ci" }])
    const first = await does(id, "phases/A/validate")
    expect((await does(id, "phases/A/validate", {})).version).toBe(first.version + 1)
  })

  it("the same evidence again changes nothing; the same type and ref updates", async () => {
    const { id } = await gated([])
    const first = await evidence(id, { a: 1 })
    expect((await evidence(id, { a: 1 })).version).toBe(first.version)
    expect((await evidence(id, { a: 2 })).version).toBe(first.version + 1)
  })

  it.each([
    ["attributes over 16 KiB", { attributes: { text: "x".repeat(16 * 1024) } }, "/attributes"],
    ["attributes that are no object", { attributes: [1] }, "/attributes"],
    ["a type that is none", { type: "song" }, "/type"],
    ["no ref", { ref: "" }, "/ref"],
    ["a title too long", { title: "x".repeat(501) }, "/title"],
    ["U+0000 inside", { attributes: { a: ["b\u0000"] } }, "/attributes/a/0"],
    ["a lone surrogate as key", { attributes: { "\ud800": 1 } }, "/attributes/\ufffd"]
  ])("%s: 422", async (_, change, pointer) => {
    const { id } = await gated([])
    const answer = await on(id, "phases/A/evidence", { type: "doc", ref: "r", title: "t", attributes: {}, ...change })
    expectProblem(answer, 422, "input-refused")
    expect(pointers(answer)).toContain(pointer)
    expect(await does(id, "pause")).toMatchObject({ version: 2 })
  })

  it("is nested 32 deep at most", async () => {
    const { id } = await gated([])
    const nested = (depth: number): object => (depth === 0 ? { end: 1 } : { a: nested(depth - 1) })
    const record = (depth: number) =>
      on(id, "phases/A/evidence", { type: "doc", ref: "r", title: "t", attributes: nested(depth) })
    expect((await record(29)).status).toBe(200)
    expectProblem(await record(40), 422, "input-refused")
  })
})

describe("leaving a phase", () => {
  it("needs, in this order: its tasks ended, gate ready, sign-off, checkpoint", async () => {
    const gate = [{ type: "flag", name: "ci" }]
    const { id } = await begin([
      { id: "A", tasks: tasksOf("A", 1), gate, signoff: one("reviewer"), checkpoint: one("reviewer") },
      { id: "B", tasks: tasksOf("B", 1) }
    ])
    const refusals = async () => {
      const answers = [await on(id, "phases/A/transition"), await on(id, "tasks/B1/start")]
      return answers.map(({ body }) => body.needs ?? body.type)
    }
    await does(id, "tasks/A1/start")
    expect(await refusals()).toEqual(["tasks", "tasks"])
    expectProblem(await on(id, "phases/A/signoff"), 409, "phase-unfinished", { needs: "tasks", missing: ["A1"] })
    const waiting = await completes(id, "A1")
    expect(waiting.openCheckpoints).toHaveLength(1)
    expect(await refusals()).toEqual(["gate", "gate"])
    expectProblem(await on(id, "phases/A/signoff"), 409, "phase-unfinished", { needs: "gate", missing: ["flag ci"] })
    await does(id, "phases/A/evidence", { type: "test", ref: "ci", title: "CI", attributes: { ci: true } })
    expect(await refusals()).toEqual(["signoff", "signoff"])
    expect(statuses(await does(id, "phases/A/signoff"))).toEqual(["ready_for_signoff", "not_started"])
    expect((await decide(approvalId(id, "signoff", "A", 1, 1), { decision: "approve" })).status).toBe(200)
    expect(await refusals()).toEqual(Array(2).fill("urn:sluice:problem:checkpoint-is-open"))
    const after = await does(id, "checkpoints/A", { verb: "proceed" }, rita)
    expect(after).toMatchObject({ startable: ["B1"], status: "in_progress" })
    expect(statuses(await does(id, "tasks/B1/start"))).toEqual(["signed_off", "in_progress"])
  })

  it("follows the definition, and by itself the next by order", async () => {
    const { id } = await begin([
      { id: "A", transitions: ["C", "D"] },
      { id: "B", tasks: tasksOf("B", 1) },
      { id: "C", transitions: ["A", "B"] },
      { id: "D", terminal: true }
    ])
    expectProblem(await on(id, "phases/A/transition", { to: "B" }), 409, "transition-not-allowed", {
      from: "A",
      to: "B",
      allowed: ["C", "D"]
    })
    const jumped = await does(id, "phases/A/transition")
    expect(jumped).toMatchObject({ currentPhase: "C" })
    expect(statuses(jumped)).toEqual(["completed", "skipped", "in_progress", "not_started"])
    expectProblem(await on(id, "phases/C/transition"), 409, "transition-not-allowed", { to: null })
    expectProblem(await on(id, "phases/B/transition"), 409, "phase-refuses", { phase: "B", state: "skipped" })
    expect(await does(id, "phases/A/transition", { to: "C" })).toMatchObject({ version: jumped.version })
    expectProblem(await on(id, "phases/Z/transition"), 404, "phase-not-found", { phase: "Z" })
  })

  it("back needs a reason and starts the next visit, with the tasks of the first one as they ended", async () => {
    const { id } = await begin([
      { id: "build", tasks: tasksOf("I", 1), signoff: one("reviewer") },
      { id: "test", tasks: tasksOf("T", 1), transitions: ["build", "release"] },
      { id: "release", tasks: tasksOf("R", 1) }
    ])
    await completes(id, "I1")
    await does(id, "phases/build/signoff")
    await decide(approvalId(id, "signoff", "build", 1, 1), { decision: "approve" })
    await does(id, "tasks/T1/start")
    expectProblem(await on(id, "phases/test/transition", { to: "build", reason: "x" }), 409, "phase-unfinished")
    await completes(id, "T1")
    const bare = await on(id, "phases/test/transition", { to: "build" })
    expectProblem(bare, 422, "input-refused", { errors: [{ pointer: "/reason" }] })
    const back = await does(id, "phases/test/transition", { to: "build", reason: "It falls over" })
    expect(back).toMatchObject({ currentPhase: "build", progress: { done: 2, total: 3 } })
    expect(phase(back, "build")).toMatchObject({ visit: 2, status: "in_progress", progress: { total: 0 } })
    expect(phase(back, "test")).toMatchObject({ visit: 2, status: "not_started" })
    expectProblem(await on(id, "tasks/I1/start"), 409, "invalid-task-transition")
    expect(await does(id, "tasks", { key: "I2", title: "Fix", phase: "build" })).toMatchObject({ startable: ["I2"] })
    await completes(id, "I2")
    expectProblem(await on(id, "phases/build/transition"), 409, "phase-unfinished", { needs: "signoff" })
    await does(id, "phases/build/signoff")
    expectProblem(
      await decide(approvalId(id, "signoff", "build", 1, 1), { decision: "reject" }),
      409,
      "already-decided"
    )
    expect((await decide(approvalId(id, "signoff", "build", 2, 1), { decision: "approve" })).status).toBe(200)
    const again = await does(id, "phases/build/transition")
    expect(phase(again, "test")).toMatchObject({ visit: 2, status: "in_progress" })
    expect(await does(id, "phases/test/transition")).toMatchObject({ currentPhase: "release" })
    expect(await completes(id, "R1")).toMatchObject({ status: "completed", progress: { done: 4, total: 4 } })
  })

  it("blocked: neither start nor transition until it is unblocked", async () => {
    const { id } = await begin([{ id: "A", tasks: tasksOf("A", 2) }, { id: "B" }])
    const blocked = await does(id, "phases/A/block", { reason: "No keys" })
    expect(blocked).toMatchObject({ status: "blocked", startable: [], phases: [{ blocked: "No keys" }, {}] })
    expect((await does(id, "phases/A/block", { reason: "No keys" })).version).toBe(blocked.version)
    expectProblem(await on(id, "tasks/A1/start"), 409, "stopped", { by: "block", reason: "No keys" })
    expectProblem(await on(id, "phases/A/transition"), 409, "stopped")
    const free = await does(id, "phases/A/unblock")
    expect(free).toMatchObject({ startable: ["A1", "A2"], phases: [{ blocked: null }, {}] })
    expect((await does(id, "phases/A/unblock")).version).toBe(free.version)
    await completes(id, "A1", "A2")
    await does(id, "phases/B/block", { reason: "Not yet" })
    expectProblem(await on(id, "phases/A/transition"), 409, "stopped", { by: "block", id: "B" })
    expectProblem(await on(id, "phases/Z/block", { reason: "x" }), 404, "phase-not-found")
  })

  it("skipped: its tasks are deferred, and the run moves past it", async () => {
    const { id } = await begin([
      { id: "A", tasks: tasksOf("A", 1) },
      { id: "B", tasks: tasksOf("B", 2), checkpoint: true, signoff: one("reviewer") },
      { id: "C", tasks: tasksOf("C", 1) }
    ])
    const skipped = await does(id, "phases/B/skip", { reason: "Out of scope" })
    expect(skipped).toMatchObject({ progress: { done: 0, total: 2 }, phases: [{}, { status: "skipped" }, {}] })
    expect((await does(id, "phases/B/skip")).version).toBe(skipped.version)
    await does(id, "tasks/A1/start")
    expectProblem(await on(id, "phases/A/skip"), 409, "phase-refuses", { state: "in_progress" })
    expectProblem(await on(id, "phases/C/skip"), 409, "phase-refuses", { state: "not_started" })
    expectProblem(await on(id, "tasks/B1/start"), 409, "invalid-task-transition", { from: "deferred" })
    await completes(id, "A1")
    expect(await completes(id, "C1")).toMatchObject({ status: "completed", progress: { done: 2, total: 2 } })
  })
})
