import { RunView } from "@sluice/contracts/run/run.views"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call, token } = await runningApi()
const { register, begin, on, does, completes } = runDriver(call)

const unknown = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"
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

describe("starting a run", () => {
  it("answers 201 with a run in which nothing has begun", async () => {
    const workflow = await register(two)
    const deadline = "2999-01-01T00:00:00.000Z"
    const answer = await call("/v1/runs", { json: { workflow, title: "Spring", deadline } })
    expect(answer).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: `/v1/runs/${answer.body.id}` },
      body: {
        workflow: { name: workflow, version: 1, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
        title: "Spring",
        status: "not_started",
        progress: { done: 0, total: 4, percent: 0 },
        currentPhase: null,
        phases: [
          { id: "A", name: "Phase A", status: "not_started", visit: 1, blocked: null },
          { id: "B", status: "not_started", progress: { done: 0, total: 2, percent: 0 } }
        ],
        startable: ["A1", "A2"],
        openCheckpoints: [],
        openQuestions: [],
        blockers: [],
        milestones: [],
        stuck: [],
        deadline,
        overdue: false,
        reason: null,
        startedBy: { kind: "user", id: "ada" },
        version: 1,
        endedAt: null
      }
    })
    expect(Schema.is(RunView)(answer.body)).toBe(true)
  })

  it("goes by the newest version unless told, and by none that is not there", async () => {
    const workflow = await register(two)
    await register([{ id: "only" }], { name: workflow })
    const start = (more: object) => call("/v1/runs", { json: { workflow, title: "x", ...more } })
    expect((await start({})).body).toMatchObject({ workflow: { version: 2 }, phases: [{ id: "only" }] })
    expect((await start({ version: 1 })).body).toMatchObject({ workflow: { version: 1 }, phases: [{ id: "A" }, {}] })
    expectProblem(await start({ version: 3 }), 404, "workflow-not-found", { workflow, version: 3 })
    const nowhere = await call("/v1/runs", { json: { workflow: "nowhere", title: "x" } })
    expectProblem(nowhere, 404, "workflow-not-found", { workflow: "nowhere", version: null })
  })

  it("a run goes on by the version with which it started", async () => {
    const workflow = await register(two)
    const { body: run } = await call("/v1/runs", { json: { workflow, title: "x" } })
    await register([{ id: "other" }], { name: workflow })
    expect(await completes(run.id, "A1", "A2", "B1", "B2")).toMatchObject({
      status: "completed",
      workflow: { version: 1 }
    })
  })

  it("names every fault of the input", async () => {
    const json = { workflow: "a/b", version: 0, title: "x".repeat(301), deadline: "tomorrow", more: 1 }
    const answer = await call("/v1/runs", { json })
    expectProblem(answer, 422, "input-refused")
    expect([...new Set(pointers(answer))].toSorted()).toEqual(["/deadline", "/more", "/title", "/version", "/workflow"])
    const workflow = await register(two)
    const past = await call("/v1/runs", { json: { workflow, title: "x", deadline: "2020-01-01T00:00:00Z" } })
    expectProblem(past, 422, "input-refused", { errors: [{ pointer: "/deadline", message: "must be in the future" }] })
    const nul = await call("/v1/runs", { json: { workflow, title: "a\u0000b" } })
    expectProblem(nul, 422, "input-refused", { errors: [{ pointer: "/title" }] })
    expectProblem(await call("/v1/runs", { method: "POST" }), 400, "malformed-body")
  })

  it("sees the workflows of one's own tenant alone", async () => {
    const workflow = await register(two)
    const stranger = await token({ tenant: "other" })
    expectProblem(
      await call("/v1/runs", { json: { workflow, title: "x" }, token: stranger }),
      404,
      "workflow-not-found"
    )
  })

  it("is the same run under the same key, also when the workflow has a newer version by then", async () => {
    const workflow = await register(two)
    const start = () =>
      call("/v1/runs", { json: { workflow, title: "x" }, headers: { "idempotency-key": `start ${workflow}` } })
    const first = await start()
    await register([{ id: "only" }], { name: workflow })
    await does(first.body.id, "tasks/A1/start")
    const again = await start()
    expect(again).toMatchObject({
      status: 200,
      headers: { etag: '"1"', location: first.headers.location, "idempotency-replayed": "true" }
    })
    expect(again.body).toEqual(first.body)
  })
})

describe("a run", () => {
  it("is paused and resumed; meanwhile nothing starts, and what is under way may end", async () => {
    const { id } = await begin(two)
    await does(id, "tasks/A1/start")
    const paused = await does(id, "pause", { reason: "holidays" })
    expect(paused).toMatchObject({ status: "paused", reason: "holidays", startable: [], version: 4 })
    expect(await does(id, "pause", { reason: "other" })).toMatchObject({ version: 4, reason: "holidays" })
    expectProblem(await on(id, "tasks/A2/start"), 409, "run-is-paused")
    expect(await does(id, "tasks/A1/complete")).toMatchObject({ status: "paused", progress: { done: 1 } })
    expect(await does(id, "resume")).toMatchObject({
      status: "in_progress",
      reason: null,
      startable: ["A2"],
      version: 6
    })
    expect(await does(id, "resume")).toMatchObject({ version: 6 })
  })

  it.each([
    ["cancel", "cancelled", "fail"],
    ["fail", "failed", "cancel"]
  ])("%s ends it for good", async (command, status, other) => {
    const { id } = await begin(two)
    const ended = await does(id, command, { reason: "enough" })
    expect(ended).toMatchObject({ status, reason: "enough", endedAt: ended.updatedAt, startable: [] })
    expect(await does(id, command)).toMatchObject({ version: ended.version })
    expectProblem(await on(id, other), 409, "run-ended", { state: status })
    for (const path of ["pause", "resume", "unstick", "tasks/A1/start", "phases/A/transition", "phases/A/validate"])
      expectProblem(await on(id, path), 409, "run-ended", { state: status })
  })

  it("takes a body or none for what needs none, and no unknown field", async () => {
    const { id } = await begin(two)
    for (const path of ["pause", "resume", "tasks/A1/start", "tasks/A1/fail", "tasks/A1/defer", "phases/A/validate"]) {
      const answer = await on(id, path, { extra: 1 })
      expectProblem(answer, 422, "input-refused", { errors: [{ pointer: "/extra" }] })
    }
    for (const path of ["pause", "resume", "tasks/A1/start", "tasks/A1/fail", "tasks/A1/defer"])
      expect((await on(id, path)).status, path).toBe(200)
    for (const path of ["tasks", "phases/A/evidence", "phases/A/block", "checkpoints/A", "questions", "milestones"])
      expectProblem(await on(id, path), 400, "malformed-body")
  })

  it("is changed with If-Match only where it is as it was seen", async () => {
    const { id } = await begin(two)
    const start = (tag: string) => on(id, "tasks/A1/start", undefined, { headers: { "if-match": tag } })
    expectProblem(await start('"7"'), 412, "precondition-failed", { version: 1 })
    expect((await start('"1"')).status).toBe(200)
    expectProblem(await start('"1"'), 412, "precondition-failed", { version: 3 })
    expect((await start('"9", "3"')).status).toBe(200)
    expectProblem(await start("x"), 400, "bad-request")
    const nowhere = await on(unknown, "tasks/A1/start", undefined, { headers: { "if-match": '"1"' } })
    expectProblem(nowhere, 404, "run-not-found")
  })
})

describe("questions, blockers, decisions, milestones", () => {
  it("a question waits for its answer and stops what it names", async () => {
    const { id } = await begin(two)
    const asked = await does(id, "questions", { text: "Which one?", role: "pm", task: "A1" })
    const question = asked.openQuestions[0]
    expect(asked).toMatchObject({ status: "awaiting_input", startable: ["A2"] })
    expect(question).toMatchObject({ text: "Which one?", role: "pm", phase: null, task: "A1", by: { id: "ada" } })
    expectProblem(await on(id, "tasks/A1/start"), 409, "stopped", { by: "question", id: question?.id })
    await does(id, "tasks/A2/start")
    const path = `questions/${question?.id}/answer`
    const answered = await does(id, path, { answer: "That one" })
    expect(answered).toMatchObject({ status: "in_progress", openQuestions: [] })
    expect(await does(id, path, { answer: "That one" })).toMatchObject({ version: answered.version })
    expectProblem(await on(id, path, { answer: "Neither" }), 409, "already-settled", { id: question?.id })
    expectProblem(await on(id, `questions/${unknown}/answer`, { answer: "x" }), 404, "question-not-found")
    expectProblem(await on(id, "questions/17/answer", { answer: "x" }), 400, "bad-request")
  })

  it("a blocker of no phase and no task stops the whole run until it is resolved", async () => {
    const { id } = await begin(two)
    const raised = await does(id, "blockers", { text: "No power" })
    const blocker = raised.blockers[0]
    expect(raised).toMatchObject({ status: "blocked", startable: [] })
    expectProblem(await on(id, "tasks/A1/start"), 409, "stopped", {
      by: "blocker",
      id: blocker?.id,
      reason: "No power"
    })
    const path = `blockers/${blocker?.id}/resolve`
    const resolved = await does(id, path)
    expect(resolved).toMatchObject({ status: "not_started", blockers: [] })
    expect((await does(id, path)).version).toBe(resolved.version)
    expectProblem(await on(id, path, { resolution: "Later" }), 409, "already-settled")
    expectProblem(await on(id, `blockers/${unknown}/resolve`), 404, "blocker-not-found")
  })

  it("what is named has to be there", async () => {
    const { id } = await begin(two)
    for (const path of ["questions", "blockers"]) {
      const answer = await on(id, path, { text: "x", phase: "Z", task: "Z9" })
      expectProblem(answer, 422, "input-refused")
      expect(pointers(answer)).toEqual(["/phase", "/task"])
    }
    expect(pointers(await on(id, "decisions", { text: "x", phase: "Z" }))).toEqual(["/phase"])
    expect(pointers(await on(id, "questions", { text: "", answer: 1 })).toSorted()).toEqual(["/answer", "/text"])
  })

  it("a decision is recorded, a milestone is reached once", async () => {
    const { id } = await begin(two)
    expect(await does(id, "decisions", { text: "Postgres", rationale: "known", phase: "A" })).toMatchObject({
      version: 2
    })
    const reached = await does(id, "milestones", { key: "M1", title: "Half way" })
    expect(reached.milestones).toEqual([{ key: "M1", title: "Half way", at: reached.updatedAt }])
    expect(await does(id, "milestones", { key: "M1", title: "Again" })).toMatchObject({ version: 3 })
  })
})
