import { approvalId } from "@sluice/contracts/run/run.ids"
import type { RunView } from "@sluice/contracts/run/run.views"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { one, runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call, token, database } = await runningApi()
const { begin, on, does, completes } = runDriver(call)
const sql = postgres(database.adminUrl, { max: 1 })
afterAll(() => sql.end())

const lea = await token({ sub: "lea", roles: ["lead"], scope: "approvals:decide" })
const max = await token({ sub: "max", roles: ["manager"] })
const plan = (checkpoint: object | true = one("lead")) => [
  { id: "A", tasks: tasksOf("A", 2), checkpoint },
  { id: "B", tasks: tasksOf("B", 1), checkpoint }
]
/** A run whose checkpoint A is open, and its approval. */
const waiting = async (checkpoint?: object | true) => {
  const { id } = await begin(plan(checkpoint))
  const run = await completes(id, "A1", "A2")
  return { id, run, approval: approvalId(id, "checkpoint", "A", 1, 1) }
}
const says = (id: string, verb: string, by = lea, more: object = {}) =>
  on(id, "checkpoints/A", { verb, ...more }, { token: by })
const decide = (approval: string, json: object, by = lea) =>
  call(`/v1/approvals/${approval}/decisions`, { json, token: by })
const cancel = (approval: string, by: string) =>
  call(`/v1/approvals/${approval}/cancel`, { json: { reason: "Never mind" }, token: by })
const now = async (id: string): Promise<RunView> => (await on(id, "tasks/A1/complete")).body
/** Events of a stream, oldest first. */
const events = async (stream: string): Promise<ReadonlyArray<string>> => {
  const rows = await sql`select type from sluice.events where stream_id = ${stream} order by version`
  return rows.map(({ type }) => type as string)
}

describe("a checkpoint", () => {
  it("opens by itself with the phase's last task, its approval in the same command", async () => {
    const { id, run, approval } = await waiting()
    expect(run).toMatchObject({
      status: "awaiting_confirmation",
      startable: [],
      openCheckpoints: [{ phase: "A", visit: 1, approvalId: approval, required: one("lead").required, reviews: [] }]
    })
    const commands = await sql`
      select metadata ->> 'causationId' as command, array_agg(type order by position) as types from sluice.events
      where stream_id in (${`run-${id}`}, ${`approval-${approval}`}) group by 1 order by min(position)`
    expect(commands.at(-1)?.types).toEqual([
      "run.task-started",
      "run.task-completed",
      "run.checkpoint-opened",
      "approval.requested"
    ])
    expectProblem(await on(id, "tasks/B1/start"), 409, "checkpoint-is-open", {
      phase: "A",
      approvalId: approval,
      detail: "Checkpoint A waits for somebody to say proceed"
    })
  })

  it("the command that opened it, repeated under its key, has the same answer and no further effect", async () => {
    const { id } = await begin(plan())
    await completes(id, "A1")
    const complete = () => on(id, "tasks/A2/complete", {}, { headers: { "idempotency-key": `last ${id}` } })
    const first = await complete()
    await says(id, "proceed")
    await completes(id, "B1")
    const again = await complete()
    expect(again.body).toEqual(first.body)
    expect(again).toMatchObject({
      status: 200,
      headers: { etag: first.headers.etag, "idempotency-replayed": "true" }
    })
    expect(await events(`approval-${approvalId(id, "checkpoint", "A", 1, 1)}`)).toEqual([
      "approval.requested",
      "approval.decision-recorded",
      "approval.approved"
    ])
  })

  it("proceed confirms it on both streams; again with the same key the same answer, with another 409", async () => {
    const { id, approval } = await waiting()
    const proceed = (key: string) =>
      on(id, "checkpoints/A", { verb: "proceed", comment: "Go" }, { token: lea, headers: { "idempotency-key": key } })
    const first = await proceed("one")
    expect(first).toMatchObject({
      status: 200,
      body: { status: "in_progress", openCheckpoints: [], startable: ["B1"] }
    })
    const again = await proceed("one")
    expect(again).toMatchObject({ status: 200, headers: { etag: first.headers.etag, "idempotency-replayed": "true" } })
    expect(again.body).toEqual(first.body)
    expectProblem(await proceed("two"), 409, "checkpoint-not-open", { phase: "A", checkpoint: "confirmed" })
    const all = await events(`run-${id}`)
    expect(all.filter((type) => type === "run.checkpoint-confirmed")).toHaveLength(1)
    expect(await events(`approval-${approval}`)).toEqual([
      "approval.requested",
      "approval.decision-recorded",
      "approval.approved"
    ])
  })

  it("the approval's own door opens it as well: after its 200 the next phase starts", async () => {
    const { id, approval } = await waiting()
    expect((await decide(approval, { decision: "approve" })).body).toMatchObject({ status: "approved", version: 3 })
    expect(await does(id, "tasks/B1/start")).toMatchObject({ currentPhase: "B" })
    expect((await decide(approval, { decision: "approve" })).status).toBe(200)
    expectProblem(await says(id, "proceed"), 409, "checkpoint-not-open", { checkpoint: "confirmed" })
  })

  it("review is taken down and keeps waiting", async () => {
    const { id } = await waiting()
    const reviewed = await says(id, "review", lea, { comment: "Looking" })
    expect(reviewed.body).toMatchObject({
      status: "awaiting_confirmation",
      openCheckpoints: [{ reviews: [{ actor: { id: "lea" }, comment: "Looking" }] }]
    })
    expect((await says(id, "review", lea, { comment: "Looking" })).body.version).toBe(reviewed.body.version)
    expectProblem(await on(id, "tasks/B1/start"), 409, "checkpoint-is-open")
    expect((await says(id, "proceed")).status).toBe(200)
  })

  it("pause pauses the run with the approval still pending; resumed, it can be confirmed", async () => {
    const { id, approval } = await waiting()
    const paused = await says(id, "pause", lea, { comment: "Tomorrow" })
    expect(paused.body).toMatchObject({
      status: "paused",
      reason: "Tomorrow",
      openCheckpoints: [{ approvalId: approval }]
    })
    expect(await events(`approval-${approval}`)).toEqual(["approval.requested"])
    const resumed = await does(id, "resume")
    expect(resumed).toMatchObject({ status: "awaiting_confirmation", openCheckpoints: [{ approvalId: approval }] })
    expect((await says(id, "proceed")).body.startable).toEqual(["B1"])
  })

  it("rejected through the approval it pauses the run, and resuming asks anew", async () => {
    const { id, approval } = await waiting()
    expect((await decide(approval, { decision: "reject", comment: "Not like this" })).body.status).toBe("rejected")
    expect(await now(id)).toMatchObject({ status: "paused", reason: "Not like this", openCheckpoints: [] })
    expectProblem(await says(id, "proceed"), 409, "checkpoint-not-open", { checkpoint: "refused" })
    const next = approvalId(id, "checkpoint", "A", 1, 2)
    expect(await does(id, "resume")).toMatchObject({
      status: "awaiting_confirmation",
      openCheckpoints: [{ approvalId: next }]
    })
    expectProblem(await decide(approval, { decision: "approve" }), 409, "already-decided", { state: "rejected" })
    expect((await decide(next, { decision: "approve" })).status).toBe(200)
    expect((await now(id)).startable).toEqual(["B1"])
  })

  it("withdrawn by an administrator of approvals it counts as refused: the run pauses", async () => {
    const { id, approval } = await waiting()
    expectProblem(
      await cancel(approval, await token({ sub: "lea", scope: "approvals:write" })),
      403,
      "not-your-approval"
    )
    expect((await cancel(approval, await token({ sub: "root", scope: "approvals:admin" }))).body.status).toBe(
      "cancelled"
    )
    expect(await now(id)).toMatchObject({ status: "paused", reason: "Never mind", openCheckpoints: [] })
    expect(await does(id, "resume")).toMatchObject({
      openCheckpoints: [{ approvalId: approvalId(id, "checkpoint", "A", 1, 2) }]
    })
  })

  it("is withdrawn by a task added to its phase, and asked anew when that one ends", async () => {
    const { id, approval } = await waiting()
    const more = await does(id, "tasks", { key: "A3", title: "More", phase: "A" })
    expect(more).toMatchObject({ status: "in_progress", openCheckpoints: [], startable: ["A3"] })
    expect((await events(`approval-${approval}`)).at(-1)).toBe("approval.cancelled")
    expectProblem(await decide(approval, { decision: "approve" }), 409, "already-decided", { state: "cancelled" })
    expectProblem(await says(id, "proceed"), 409, "checkpoint-not-open", { checkpoint: "not_reached" })
    const again = await completes(id, "A3")
    expect(again.openCheckpoints).toMatchObject([{ approvalId: approvalId(id, "checkpoint", "A", 1, 2) }])
  })

  it("of a run that is cancelled is withdrawn", async () => {
    const { id, approval } = await waiting()
    expect(await does(id, "cancel")).toMatchObject({ status: "cancelled", openCheckpoints: [] })
    expect((await events(`approval-${approval}`)).at(-1)).toBe("approval.cancelled")
    expectProblem(await says(id, "proceed"), 409, "run-ended", { state: "cancelled" })
  })

  it("true means anybody with approvals:decide, with any role or none", async () => {
    const { id } = await waiting(true)
    const anybody = await token({ sub: "nobody", roles: [], scope: "approvals:decide" })
    expect((await says(id, "proceed", anybody)).status).toBe(200)
    const unscoped = await waiting(true)
    const writer = await token({ sub: "w", roles: ["lead"], scope: "runs:write runs:admin approvals:write" })
    expectProblem(await says(unscoped.id, "proceed", writer), 403, "scope-missing", { scopes: ["approvals:decide"] })
  })

  it("needs its quorum: proceed of the first of two keeps it open", async () => {
    const { id, approval } = await waiting({ required: [{ roles: ["lead"], count: 2 }] })
    const first = await says(id, "proceed")
    expect(first.body).toMatchObject({ status: "awaiting_confirmation", openCheckpoints: [{ approvalId: approval }] })
    expect((await says(id, "proceed")).body.status).toBe("awaiting_confirmation")
    const liv = await token({ sub: "liv", roles: ["lead"] })
    expect((await says(id, "proceed", liv)).body.startable).toEqual(["B1"])
  })

  it("cannot be answered by who holds no role of it, whatever the verb", async () => {
    const { id, run } = await waiting()
    for (const verb of ["proceed", "review", "pause"])
      expectProblem(await says(id, verb, max), 403, "not-allowed-to-decide", { roles: ["lead"] })
    expect((await now(id)).version).toBe(run.version)
  })

  it("is too late to answer once it has lapsed, though no timer has fired", async () => {
    const required = ["lead", "nobody"].map((role) => ({ roles: [role], count: 1 }))
    const { id, approval } = await waiting({ required, expiresAfter: "PT1S" })
    let voter = 0
    const vote = async () => says(id, "proceed", await token({ sub: `voter ${voter++}`, roles: ["lead"] }))
    let answer = await vote()
    while (answer.status === 200) answer = await vote()
    expectProblem(answer, 409, "approval-lapsed", { approvalId: approval })
  })

  it("not reached, not there, not a verb", async () => {
    const { id } = await begin([...plan(), { id: "C" }])
    expectProblem(await says(id, "proceed"), 409, "checkpoint-not-open", { checkpoint: "not_reached" })
    const at = (phase: string, json: object) => on(id, `checkpoints/${phase}`, json, { token: lea })
    expectProblem(await at("C", { verb: "proceed" }), 409, "checkpoint-not-open", { checkpoint: "none" })
    expectProblem(await at("Z", { verb: "proceed" }), 404, "phase-not-found")
    const bad = await at("A", { verb: "shout", to: "B" })
    expectProblem(bad, 422, "input-refused")
    expect(pointers(bad).toSorted()).toEqual(["/to", "/verb"])
  })
})

describe("a forged gate", () => {
  it("an approval of somebody's checkpoint or sign-off requested by hand is refused", async () => {
    const { id } = await begin(plan())
    for (const type of ["checkpoint", "signoff"]) {
      const json = { subject: { type, id: `${id}/A/1` }, required: [{ roles: ["pm"], count: 1 }] }
      expectProblem(await call("/v1/approvals", { json }), 403, "system-subject", { subjectType: type })
      const service = await token({ kind: "service", sub: "run" })
      expectProblem(await call("/v1/approvals", { json, token: service }), 403, "system-subject")
      const guessed = await call("/v1/approvals", { json: { ...json, id: approvalId(id, "checkpoint", "A", 1, 1) } })
      expectProblem(guessed, 422, "input-refused", { errors: [{ pointer: "/id" }] })
    }
    expectProblem(
      await decide(approvalId(id, "checkpoint", "A", 1, 1), { decision: "approve" }),
      404,
      "approval-not-found"
    )
  })

  it("an approval of another subject that names the checkpoint moves nothing", async () => {
    const { id, run, approval } = await waiting()
    for (const subject of [
      { type: "custom", id: `${id}/A/1` },
      { type: "task", id: approval }
    ]) {
      const required = [{ roles: ["pm"], count: 1 }]
      const made = await call("/v1/approvals", { json: { subject, required, preventSelfReview: false } })
      expect((await decide(made.body.id, { decision: "approve" }, await token())).body.status).toBe("approved")
    }
    expect((await now(id)).version).toBe(run.version)
    expectProblem(await on(id, "tasks/B1/start"), 409, "checkpoint-is-open")
  })

  it("an approval of another run moves nothing here", async () => {
    const [mine, other] = [await waiting(), await waiting()]
    expect((await decide(other.approval, { decision: "approve" })).status).toBe(200)
    expect((await now(mine.id)).version).toBe(mine.run.version)
    expect((await now(other.id)).startable).toEqual(["B1"])
  })
})
