import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import { approvalId } from "@sluice/contracts/run/run.ids"
import type { RunView } from "@sluice/contracts/run/run.views"
import { describe, expect, it } from "vitest"
import { type Answer, problemOf } from "../support/journey.caller.ts"
import { one, runsOf, tasksOf } from "../support/journey.runs.ts"
import { journeyStack } from "../support/journey.stack.ts"

/** Two people at the same instant, each with an instance of the API of their own. */

const journey = await journeyStack()
const second = await journey.stack.addService("api", "second")
const ROUNDS = 10

const leads = one("lead")
const plan = [
  { id: "A", tasks: tasksOf("A", 2), checkpoint: leads },
  { id: "B", tasks: tasksOf("B", 2), signoff: leads }
]
const people = async () => {
  const { person } = journey.organisation()
  const [pam, lea, liv] = [
    await person("pam"),
    await person("lea", { roles: ["lead"] }),
    (await person("liv", { roles: ["lead"] })).via(second.url)
  ]
  await runsOf(pam).register("plan", plan)
  return { pam, lea, liv, runs: runsOf(pam), others: runsOf(pam.via(second.url)) }
}
const statusesOf = (answers: ReadonlyArray<Answer<unknown>>) => answers.map(({ status }) => status)
type Runs = ReturnType<typeof runsOf>

/** A run that waits at checkpoint A. */
const atCheckpoint = async (runs: Runs) => {
  const { id } = (await runs.start({ workflow: "plan", title: "Race" })).body
  await runs.completes(id, "A1", "A2")
  return { id, approval: approvalId(id, "checkpoint", "A", 1, 1) }
}
/** Types of what happened in a run, oldest first, once all of it can be read. */
const historyOf = async (runs: Runs, id: string): Promise<ReadonlyArray<string>> => {
  const { version } = await runs.does(id, "milestones", { key: "looked", title: "Somebody looked" })
  await runs.seen(id, version)
  const { items } = (await runs.timeline(id, { limit: 200 })).body
  return items.map(({ type }) => type).toReversed()
}
const times = (history: ReadonlyArray<string>, type: string): number => history.filter((one) => one === type).length
/** In odd rounds the other one goes first. */
const together = <A>(round: number, first: () => Promise<A>, other: () => Promise<A>): Promise<ReadonlyArray<A>> =>
  round % 2 === 0 ? Promise.all([first(), other()]) : Promise.all([other(), first()]).then((both) => both.toReversed())

describe("two people at one checkpoint", { timeout: 120_000 }, () => {
  it("say proceed through both doors: one effect, and the other is told", async () => {
    const { lea, liv, runs } = await people()
    for (let round = 0; round < ROUNDS; round++) {
      const { id, approval } = await atCheckpoint(runs)
      const answers = await together<Answer<RunView | ApprovalView>>(
        round,
        () => runsOf(lea).says(id, "A", "proceed"),
        () => liv.decide(approval, { decision: "approve" })
      )
      expect(statusesOf(answers).toSorted()).toEqual([200, 409])
      const lost = answers.find(({ status }) => status === 409) as Answer<unknown>
      expect(["checkpoint-not-open", "already-decided"]).toContain(problemOf(lost).type.split(":").at(-1))
      const history = await historyOf(runs, id)
      expect(times(history, "run.checkpoint-confirmed")).toBe(1)
      const decided = await lea.readApproval(approval, { minVersion: 3, wait: "10s" })
      expect(decided.body).toMatchObject({ status: "approved", version: 3 })
      expect(decided.body.decisions).toHaveLength(1)
    }
  })

  it("proceed and reject: one outcome on both streams", async () => {
    const { lea, liv, runs } = await people()
    for (let round = 0; round < ROUNDS; round++) {
      const { id, approval } = await atCheckpoint(runs)
      const answers = await together<Answer<RunView | ApprovalView>>(
        round,
        () => runsOf(lea).says(id, "A", "proceed"),
        () => liv.decide(approval, { decision: "reject" })
      )
      expect(statusesOf(answers).toSorted()).toEqual([200, 409])
      const went = answers[0]?.status === 200
      const history = await historyOf(runs, id)
      expect(times(history, "run.checkpoint-confirmed")).toBe(went ? 1 : 0)
      expect(times(history, "run.checkpoint-refused")).toBe(went ? 0 : 1)
      const { body } = await lea.readApproval(approval, { minVersion: 3, wait: "10s" })
      expect([body.status, body.version]).toEqual([went ? "approved" : "rejected", 3])
      expect((await runs.on(id, "tasks/B1/start")).status).toBe(went ? 200 : 409)
    }
  })

  it("one of them says it twice under one key, at both instances: one event, one answer", async () => {
    const { lea, runs } = await people()
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await atCheckpoint(runs)
      const key = { "idempotency-key": `go ${id}` }
      const says = (who: typeof lea) => runsOf(who).says(id, "A", "proceed", "Go", key)
      const answers = await together(
        round,
        () => says(lea),
        () => says(lea.via(second.url))
      )
      expect(statusesOf(answers)).toEqual([200, 200])
      expect(answers[0]?.text).toBe(answers[1]?.text) // byte for byte, from two instances
      expect(answers.filter(({ headers }) => headers.has("idempotency-replayed"))).toHaveLength(1)
      expect(times(await historyOf(runs, id), "run.checkpoint-confirmed")).toBe(1)
    }
  })

  it("proceed and pause: in whichever order, both are done", async () => {
    const { lea, liv, runs } = await people()
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await atCheckpoint(runs)
      const answers = await together(
        round,
        () => runsOf(lea).says(id, "A", "proceed"),
        () => runsOf(liv).says(id, "A", "pause")
      )
      expect(answers[0]?.status).toBe(200)
      expect([200, 409]).toContain(answers[1]?.status)
      expect(await runs.does(id, "resume")).toMatchObject({ openCheckpoints: [], startable: ["B1", "B2"] })
    }
  })
})

describe("at the same instant", { timeout: 120_000 }, () => {
  it("the last task is completed twice: one checkpoint", async () => {
    const { runs, others, pam } = await people()
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = (await runs.start({ workflow: "plan", title: "Race" })).body
      await runs.completes(id, "A1")
      const answers = await together(
        round,
        () => runs.on(id, "tasks/A2/complete"),
        () => others.on(id, "tasks/A2/complete")
      )
      expect(statusesOf(answers)).toEqual([200, 200])
      expect(answers[0]?.body).toEqual(answers[1]?.body)
      const history = await historyOf(runs, id)
      expect([times(history, "run.task-completed"), times(history, "run.checkpoint-opened")]).toEqual([2, 1])
      const asked = await pam.listApprovals({ subjectType: "checkpoint", subjectId: `${id}/A/1` })
      expect(asked.body.items).toHaveLength(1)
    }
  })

  it("two different last tasks are completed: the checkpoint opens with the later one", async () => {
    const { lea, runs, others } = await people()
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = (await runs.start({ workflow: "plan", title: "Race" })).body
      const answers = await together(
        round,
        () => runs.on(id, "tasks/A1/complete"),
        () => others.on(id, "tasks/A2/complete")
      )
      expect(statusesOf(answers)).toEqual([200, 200])
      expect(answers.map(({ body }) => body.openCheckpoints.length).toSorted()).toEqual([0, 1])
      const asked = await lea.readApproval(approvalId(id, "checkpoint", "A", 1, 1), { minVersion: 1, wait: "10s" })
      expect(asked.body).toMatchObject({ status: "pending", subject: { id: `${id}/A/1` } })
      expect(times(await historyOf(runs, id), "run.checkpoint-opened")).toBe(1)
    }
  })

  it("B1 is started while A's checkpoint is being confirmed: before it 409, after it 200", async () => {
    const { lea, runs, others } = await people()
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await atCheckpoint(runs)
      const [said, begun] = await together(
        round,
        () => runsOf(lea).says(id, "A", "proceed"),
        () => others.on(id, "tasks/B1/start")
      )
      expect(said?.status).toBe(200)
      const history = await historyOf(runs, id)
      const [confirmed, started] = [
        history.indexOf("run.checkpoint-confirmed"),
        history.lastIndexOf("run.task-started")
      ]
      if (begun?.status === 200) expect(started).toBeGreaterThan(confirmed)
      else {
        expect(begun && problemOf(begun)).toMatchObject({
          status: 409,
          detail: expect.stringContaining("Checkpoint A")
        })
        expect(started).toBeLessThan(confirmed)
      }
    }
  })

  it("a sign-off is given and a task is added: the visit is locked, or asked about anew", async () => {
    const { lea, runs, others } = await people()
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await atCheckpoint(runs)
      await runsOf(lea).says(id, "A", "proceed")
      await runs.completes(id, "B1", "B2")
      await runs.does(id, "blockers", { text: "Hold it", phase: "B" })
      await runs.does(id, "phases/B/signoff")
      const [signed, added] = await together<Answer<unknown>>(
        round,
        () => lea.decide(approvalId(id, "signoff", "B", 1, 1), { decision: "approve" }),
        () => others.on(id, "tasks", { key: "B3", title: "More", phase: "B" })
      )
      expect(statusesOf([signed, added] as ReadonlyArray<Answer<unknown>>).toSorted()).toEqual([200, 409])
      const history = await historyOf(runs, id)
      const locked = signed?.status === 200
      expect(times(history, "run.phase-signed-off")).toBe(locked ? 1 : 0)
      expect(times(history, "run.signoff-withdrawn")).toBe(locked ? 0 : 1)
      expect(times(history, "run.task-added")).toBe(locked ? 0 : 1)
    }
  })
})

describe("an instance that knows nothing newer of an approval than that it did not exist", () => {
  it.each(["approve", "reject"])("has the run follow the decision: %s", async (decision) => {
    const { lea, liv, runs } = await people()
    const { id } = (await runs.start({ workflow: "plan", title: "Race" })).body
    const approval = approvalId(id, "checkpoint", "A", 1, 1)
    expect((await liv.decide(approval, { decision })).status).toBe(404)
    expect((await runsOf(liv).says(id, "A", "proceed")).status).toBe(409)
    await runs.completes(id, "A1", "A2")
    expect((await liv.decide(approval, { decision })).status).toBe(200)
    const run = await runs.does(id, "milestones", { key: "looked", title: "Somebody looked" })
    expect(run).toMatchObject({ openCheckpoints: [], status: decision === "approve" ? "in_progress" : "paused" })
    expect((await lea.readApproval(approval, { minVersion: 3, wait: "10s" })).body.version).toBe(3)
  })

  it("has the run follow its withdrawal", async () => {
    const { pam, liv, runs } = await people()
    const { id } = (await runs.start({ workflow: "plan", title: "Race" })).body
    const approval = approvalId(id, "checkpoint", "A", 1, 1)
    expect((await liv.cancel(approval)).status).toBe(404)
    await runs.completes(id, "A1", "A2")
    expect((await liv.cancel(approval)).status).toBe(200)
    expect(await runs.does(id, "milestones", { key: "looked", title: "x" })).toMatchObject({ status: "paused" })
    expect((await pam.readApproval(approval, { minVersion: 2, wait: "10s" })).body.status).toBe("cancelled")
  })
})

describe("a workflow's newer version", () => {
  it("is there for an instance that has known the older one, named or not", async () => {
    const { runs, others } = await people()
    const start = async (more: object) => (await others.start({ workflow: "plan", title: "Race", ...more })).body
    expect((await others.start({ workflow: "later", title: "Race" })).status).toBe(404)
    expect((await start({})).workflow.version).toBe(1)
    await runs.register("plan", [{ id: "only" }])
    expect((await start({ version: 2 })).workflow).toMatchObject({ version: 2 })
    await runs.register("plan", [{ id: "lonely" }])
    expect((await start({})).workflow).toMatchObject({ version: 3 })
    await runs.register("later", plan)
    expect((await others.start({ workflow: "later", title: "Race" })).status).toBe(201)
  })
})
