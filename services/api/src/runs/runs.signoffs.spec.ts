import { approvalId } from "@sluice/contracts/run/run.ids"
import type { RunView } from "@sluice/contracts/run/run.views"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { one, runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call, token } = await runningApi()
const { begin, on, does, completes } = runDriver(call)

const rita = await token({ sub: "rita", roles: ["reviewer"] })
const adaToo = await token({ roles: ["reviewer"] })
const decide = (approval: string, json: object, by = rita) =>
  call(`/v1/approvals/${approval}/decisions`, { json, token: by })
const statuses = ({ phases }: RunView) => phases.map(({ status }) => status)

describe("the sign-off", () => {
  const signed = async () => {
    const run = await begin([
      { id: "A", tasks: tasksOf("A", 1), signoff: one("reviewer") },
      { id: "B", tasks: tasksOf("B", 1) }
    ])
    await completes(run.id, "A1")
    return run
  }

  it("is put to the reviewers on behalf of who asks for it, and asked for once", async () => {
    const { id } = await signed()
    const asked = await does(id, "phases/A/signoff", { comment: "Please" })
    expect(asked).toMatchObject({ phases: [{ status: "ready_for_signoff" }, {}] })
    expect((await does(id, "phases/A/signoff")).version).toBe(asked.version)
    const decided = await decide(approvalId(id, "signoff", "A", 1, 1), { decision: "approve", comment: "Good" })
    expect(decided.body).toMatchObject({
      status: "approved",
      subject: { type: "signoff", id: `${id}/A/1` },
      requestedBy: { kind: "user", id: "ada" },
      preventSelfReview: true,
      reason: "Please"
    })
  })

  it("cannot be given by who asked for it, nor by who is no reviewer", async () => {
    const { id } = await signed()
    await does(id, "phases/A/signoff")
    const approval = approvalId(id, "signoff", "A", 1, 1)
    expectProblem(await decide(approval, { decision: "approve" }, adaToo), 403, "self-review-forbidden")
    const agent = await token({ kind: "agent", roles: ["reviewer"] })
    expectProblem(await decide(approval, { decision: "approve" }, agent), 403, "self-review-forbidden")
    const max = await token({ sub: "max", roles: ["manager"] })
    expectProblem(await decide(approval, { decision: "approve" }, max), 403, "not-allowed-to-decide")
    expect(await does(id, "pause")).toMatchObject({ phases: [{ status: "ready_for_signoff" }, {}] })
  })

  it("rejected: the gaps come back, the phase is in progress again, asking again is a new approval", async () => {
    const { id } = await signed()
    const asked = await does(id, "phases/A/signoff")
    await decide(approvalId(id, "signoff", "A", 1, 1), { decision: "reject", comment: "- No tests\n2. No owner" })
    const refused = await on(id, "phases/A/transition")
    expectProblem(refused, 409, "phase-unfinished", { needs: "signoff", missing: ["No tests", "No owner"] })
    const again = await does(id, "phases/A/signoff")
    expect(again).toMatchObject({ version: asked.version + 2, phases: [{ status: "ready_for_signoff" }, {}] })
    expectProblem(await decide(approvalId(id, "signoff", "A", 1, 1), { decision: "approve" }), 409, "already-decided")
    expect((await decide(approvalId(id, "signoff", "A", 1, 2), { decision: "approve" })).status).toBe(200)
    expect(statuses(await does(id, "phases/A/transition"))).toEqual(["signed_off", "in_progress"])
  })

  it("locks the visit", async () => {
    const { id } = await signed()
    await does(id, "phases/A/signoff")
    await decide(approvalId(id, "signoff", "A", 1, 1), { decision: "approve" })
    const evidence = { type: "doc", ref: "r", title: "t" }
    expectProblem(await on(id, "phases/A/evidence", evidence), 409, "phase-locked", { phase: "A" })
    expectProblem(await on(id, "tasks", { key: "A9", title: "x", phase: "A" }), 409, "phase-locked")
    expectProblem(await on(id, "phases/A/signoff"), 409, "phase-locked")
  })

  it("withdrawn by who asked: the phase is in progress again", async () => {
    const { id } = await signed()
    await does(id, "phases/A/signoff")
    const cancel = (by: string) =>
      call(`/v1/approvals/${approvalId(id, "signoff", "A", 1, 1)}/cancel`, { method: "POST", token: by })
    expectProblem(await cancel(await token({ sub: "eve", scope: "approvals:write" })), 403, "not-your-approval")
    expect((await cancel(await token({ scope: "approvals:write" }))).body.status).toBe("cancelled")
    expect(await does(id, "pause")).toMatchObject({ phases: [{ status: "in_progress" }, {}] })
  })

  it("is withdrawn when a task is added, and when the run ends", async () => {
    const { id } = await signed()
    await does(id, "phases/A/signoff")
    const more = await does(id, "tasks", { key: "A2", title: "More", phase: "A" })
    expect(more).toMatchObject({ phases: [{ status: "in_progress" }, {}], startable: ["A2"] })
    const late = await decide(approvalId(id, "signoff", "A", 1, 1), { decision: "approve" })
    expectProblem(late, 409, "already-decided", { state: "cancelled" })
    await completes(id, "A2")
    await does(id, "phases/A/signoff")
    await does(id, "cancel")
    const afterwards = await decide(approvalId(id, "signoff", "A", 1, 2), { decision: "approve" })
    expectProblem(afterwards, 409, "already-decided", { state: "cancelled" })
  })

  it("comes later after a baseline: later phases start, and the run waits for it in the end", async () => {
    const { id } = await begin([
      { id: "A", tasks: tasksOf("A", 1), signoff: one("reviewer") },
      { id: "B", tasks: tasksOf("B", 1) }
    ])
    await completes(id, "A1")
    expectProblem(await on(id, "tasks/B1/start"), 409, "phase-unfinished", { needs: "signoff" })
    const baselined = await does(id, "phases/A/transition", { baseline: true })
    expect(statuses(baselined)).toEqual(["completed_doc_baseline", "in_progress"])
    expect(await completes(id, "B1")).toMatchObject({ status: "in_progress" })
    await does(id, "phases/A/signoff")
    const decided = await decide(approvalId(id, "signoff", "A", 1, 1), { decision: "approve" })
    expect(decided.status).toBe(200)
    expectProblem(await on(id, "pause"), 409, "run-ended", { state: "completed" })
  })

  it("is not asked for where the workflow asks for none", async () => {
    const { id } = await begin([{ id: "A", tasks: tasksOf("A", 1) }])
    expectProblem(await on(id, "phases/A/signoff"), 409, "phase-refuses", { phase: "A" })
    const none = await begin([{ id: "A", tasks: tasksOf("A", 1), signoff: one("reviewer") }])
    expectProblem(await on(none.id, "phases/A/signoff"), 409, "phase-refuses", { state: "not_started" })
  })
})

describe("a run that waits for many", () => {
  it("withdraws all that it asked for in the command that ends it", async () => {
    const many = Array.from({ length: 120 }, (_, index) => ({ id: `P${index}`, signoff: one("reviewer") }))
    const { id } = await begin([...many, { id: "last", tasks: tasksOf("L", 1) }])
    for (const { id: name } of many) {
      await does(id, `phases/${name}/transition`, { baseline: true })
      await does(id, `phases/${name}/signoff`)
    }
    expect(await does(id, "cancel")).toMatchObject({ status: "cancelled" })
    for (const name of ["P0", "P119"]) {
      const late = await decide(approvalId(id, "signoff", name, 1, 1), { decision: "approve" })
      expectProblem(late, 409, "already-decided", { state: "cancelled" })
    }
  })
})
