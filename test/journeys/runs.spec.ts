import { join } from "node:path"
import type { RunView } from "@sluice/contracts/run/run.views"
import { type Stack, startStack } from "@sluice/ops/dev/stack"
import { afterAll, describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import { fiveWorkstreams, runsOf } from "../support/journey.runs.ts"
import { journeyFolder, organisationOf } from "../support/journey.stack.ts"
import { sluiceOn } from "../support/plan.sluice.ts"

/** One run from its start to its end, row by row, with everything restarted on the way. */

const dataDir = journeyFolder()
const stateFile = join(dataDir, "stack.json")
const start = (port?: number): Promise<Stack> => startStack({ dataDir, port, stateFile, log: () => {} })
let stack = await start()
afterAll(() => stack.stop())
const restartEverything = async (): Promise<void> => {
  await stack.stop()
  stack = await start(Number(new URL(stack.api as string).port))
}

const { person } = organisationOf(stack)
const pam = await person("pam")
const lea = await person("lea", { scope: "approvals:decide" })
const plan = runsOf(pam)
const lead = runsOf(lea)

let run: RunView
const id = () => run.id
const last = (answer: RunView): RunView => {
  run = answer
  return run
}
/** Everything that can be read about it, once the read models are as new as the run. */
const everything = async (): Promise<Record<string, string>> => {
  const { version } = run
  const at = { minVersion: version, wait: "10s" }
  const asked = run.phases.map((phase) => phase.id)
  const answers: Record<string, { readonly text: string }> = {
    run: await plan.run(id(), at),
    brief: await plan.brief(id(), at),
    timeline: await plan.timeline(id(), { limit: 200 }),
    context: await plan.context(id(), at),
    details: await plan.phasesOf(id(), at),
    runs: await plan.list(),
    phases: await plan.phases(),
    approvals: await pam.listApprovals(),
    audit: await pam.audit({ limit: 200 })
  }
  for (const phase of asked) answers[`context of ${phase}`] = await plan.context(id(), { ...at, phase })
  return Object.fromEntries(Object.entries(answers).map(([question, { text }]) => [question, text]))
}

describe("the table of runs", { timeout: 120_000 }, () => {
  it("start a run: workstreams A 3, B 5, C 3, D 4, E 1 tasks: 0 of 16, not_started", async () => {
    last(await plan.begin(fiveWorkstreams))
    expect(run).toMatchObject({ status: "not_started", progress: { done: 0, total: 16, percent: 0 } })
    expect(run.phases.map(({ progress }) => progress.total)).toEqual([3, 5, 3, 4, 1])
    expect((await plan.seen(id(), 1)).body).toEqual(run)
  })

  it("finish A1…A3: checkpoint A open, 3 of 16, awaiting_confirmation", async () => {
    last(await plan.completes(id(), "A1", "A2", "A3"))
    expect(run).toMatchObject({ status: "awaiting_confirmation", progress: { done: 3, total: 16, percent: 19 } })
    expect(run.openCheckpoints.map(({ phase }) => phase)).toEqual(["A"])
  })

  it("start B1: 409 naming checkpoint A", async () => {
    const refused = await plan.on(id(), "tasks/B1/start")
    expect(problemOf(refused)).toEqual({
      type: "urn:sluice:problem:checkpoint-is-open",
      title: "Checkpoint is open",
      status: 409,
      detail: "Checkpoint A waits for somebody to say proceed",
      phase: "A",
      approvalId: run.openCheckpoints[0]?.approvalId
    })
    expect((await plan.seen(id(), run.version)).version).toBe(run.version)
  })

  it("review: waiting", async () => {
    const { status, body } = await lead.says(id(), "A", "review", "Having a look")
    expect(status).toBe(200)
    expect(last(body)).toMatchObject({
      status: "awaiting_confirmation",
      openCheckpoints: [{ phase: "A", reviews: [{ actor: { id: "lea" }, comment: "Having a look" }] }]
    })
  })

  it("pause, restart everything, resume: paused and still so", async () => {
    last((await lead.says(id(), "A", "pause", "Until Monday")).body)
    const approvalId = run.openCheckpoints[0]?.approvalId as string
    expect(run).toMatchObject({ status: "paused", reason: "Until Monday" })
    const before = await everything()
    await restartEverything()
    expect(await everything()).toEqual(before)
    expect((await plan.run(id())).body).toEqual(run)
    expect(problemOf(await plan.on(id(), "tasks/B1/start")).type).toBe("urn:sluice:problem:run-is-paused")
    expect((await pam.readApproval(approvalId)).body.status).toBe("pending")
    expect(last(await plan.does(id(), "resume"))).toMatchObject({
      status: "awaiting_confirmation",
      openCheckpoints: [{ approvalId }]
    })
  })

  it("proceed: B1 startable at once", async () => {
    const { body } = await lead.says(id(), "A", "proceed", "Go", { "idempotency-key": "go" })
    expect(last(body)).toMatchObject({ status: "in_progress", openCheckpoints: [] })
    expect(run.startable).toContain("B1")
  })

  it("proceed again, same key: same answer, one event; other key: 409", async () => {
    const again = await lead.says(id(), "A", "proceed", "Go", { "idempotency-key": "go" })
    expect(again).toMatchObject({ status: 200, version: run.version, body: run })
    expect(again.headers.get("idempotency-replayed")).toBe("true")
    const other = await lead.says(id(), "A", "proceed", "Go", { "idempotency-key": "once more" })
    expect(problemOf(other)).toMatchObject({ status: 409, detail: "Checkpoint A is confirmed" })
    await plan.seen(id(), run.version)
    const { items } = (await plan.timeline(id())).body
    expect(items.filter(({ type }) => type === "run.checkpoint-confirmed")).toHaveLength(1)
    expect(last(await plan.does(id(), "tasks/B1/start"))).toMatchObject({ currentPhase: "B" })
  })

  it("B4 deferred, C2b added: still 16", async () => {
    await plan.does(id(), "tasks/B4/defer", { reason: "Not now" })
    last(await plan.does(id(), "tasks", { key: "C2b", title: "What B4 left", phase: "C", dependsOn: ["C2"] }))
    expect(run.progress).toEqual({ done: 3, total: 16, percent: 19 })
    expect(run.phases.map(({ progress }) => progress.total)).toEqual([3, 4, 4, 4, 1])
  })

  it("a question on B: awaiting_input until answered", async () => {
    const asked = await plan.does(id(), "questions", { text: "Which schema?", role: "lead", phase: "B" })
    expect(asked).toMatchObject({ status: "awaiting_input", openQuestions: [{ phase: "B", role: "lead" }] })
    expect(problemOf(await plan.on(id(), "tasks/B2/start"))).toMatchObject({ status: 409, by: "question" })
    const answered = await plan.does(id(), `questions/${asked.openQuestions[0]?.id}/answer`, { answer: "The new one" })
    expect(last(answered)).toMatchObject({ status: "in_progress", openQuestions: [] })
    expect(run.startable).toContain("B2")
  })

  it("finish all, confirm the last: completed, 100 %, then every task command is 409", async () => {
    const rest = [["B1", "B2", "B3", "B5"], ["C1", "C2", "C2b", "C3"], ["D1", "D2", "D3", "D4"], ["E1"]]
    for (const [index, phase] of ["B", "C", "D", "E"].entries()) {
      for (const key of rest[index] as ReadonlyArray<string>)
        await plan.does(id(), `tasks/${key}/complete`, { decisions: [`${key} is decided`], notes: ["shared"] })
      expect((await plan.on(id(), "pause")).status).toBe(200)
      await plan.does(id(), "resume")
      const said = await lead.says(id(), phase, "proceed")
      expect(said.status).toBe(200)
      last(said.body)
    }
    expect(run).toMatchObject({ status: "completed", progress: { done: 16, total: 16, percent: 100 }, startable: [] })
    expect(run.phases.map(({ status }) => status)).toEqual(Array(5).fill("completed"))
    expect(run.endedAt).toBe(run.updatedAt)
    for (const command of ["start", "complete", "fail", "defer", "move", "reopen"])
      for (const key of ["A1", "B4", "E1"])
        expect(problemOf(await plan.on(id(), `tasks/${key}/${command}`))).toMatchObject({
          status: 409,
          type: "urn:sluice:problem:run-ended",
          state: "completed"
        })
    expect(problemOf(await plan.on(id(), "tasks", { key: "E2", title: "x", phase: "E" })).status).toBe(409)
  })

  it("rebuild all read models: byte-identical answers", async () => {
    const before = await everything()
    const rebuilt = await sluiceOn(stateFile)("rebuild", "all", "--check", "--json")
    expect(rebuilt, rebuilt.err).toMatchObject({ code: 0 })
    expect(await everything()).toEqual(before)
    await restartEverything()
    expect(await everything()).toEqual(before)
  })
})
