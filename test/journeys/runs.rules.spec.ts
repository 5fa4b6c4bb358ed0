import { approvalId } from "@sluice/contracts/run/run.ids"
import type { RunView } from "@sluice/contracts/run/run.views"
import { describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import { at, begun, one, tasksOf } from "../support/journey.runs.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()

describe("a visit", () => {
  it("that was signed off never changes: going back starts another one, with a reason", async () => {
    const { runs, id, rita } = await begun(journey, [
      { id: "build", tasks: tasksOf("I", 2), signoff: one("reviewer") },
      { id: "test", tasks: tasksOf("T", 1), transitions: ["build", "ship"] },
      { id: "ship", tasks: tasksOf("S", 1) }
    ])
    await runs.does(id, "phases/build/evidence", { type: "code", ref: "abc", title: "A commit" })
    await runs.completes(id, "I1", "I2")
    await runs.does(id, "phases/build/signoff", { comment: "Ready" })
    const signed = await rita.decide(approvalId(id, "signoff", "build", 1, 1), { decision: "approve" })
    expect(signed.status).toBe(200)
    await runs.completes(id, "T1")
    const before = await runs.does(id, "milestones", { key: "tested", title: "Tested" })
    const build = async (run: RunView) => (await runs.phasesOf(id, at(run))).body.items[0]
    const locked = (await build(before))?.visits[0]
    expect(locked).toMatchObject({
      visit: 1,
      status: "signed_off",
      signoff: { by: { id: "rita" }, at: signed.body.decidedAt }
    })
    expect(locked?.signoff?.correlationId.replaceAll("-", "")).toBe(signed.headers.get("x-trace-id"))
    const bare = await runs.on(id, "phases/test/transition", { to: "build" })
    expect(problemOf(bare).errors?.map(({ pointer }) => pointer)).toEqual(["/reason"])
    await runs.does(id, "phases/test/transition", { to: "build", reason: "It falls over" })
    await runs.does(id, "tasks", { key: "I3", title: "Hold it up", phase: "build" })
    await runs.completes(id, "I3")
    const later = await runs.does(id, "phases/build/evidence", { type: "code", ref: "def", title: "Another commit" })
    const again = await build(later)
    expect(again?.visits[0]).toEqual(locked)
    expect(again?.visits[1]).toMatchObject({
      visit: 2,
      status: "in_progress",
      tasks: [{ key: "I3", status: "completed" }]
    })
    const { items } = (await runs.timeline(id)).body
    expect(items.map(({ text }) => text)).toContain("Back from test to build: It falls over")
  })
})

describe("a gate", () => {
  it.each([
    [
      "blocked: evidence is missing, and wins over tasks",
      [{ type: "tasks-complete" }, { type: "flag", name: "ci" }],
      [],
      [],
      "blocked",
      ["flag ci", "task A1"]
    ],
    ["waiting_tasks", [{ type: "tasks-complete" }], [], [], "waiting_tasks", ["task A1"]],
    ["ready", [{ type: "tasks-complete" }, { type: "flag", name: "ci" }], [{ ci: true }], ["A1"], "ready", []],
    ["not_configured passes", [], [], ["A1"], "not_configured", []]
  ] as const)("%s", async (_, gate, evidence, completed, result, missing) => {
    const { runs, id } = await begun(journey, [
      { id: "A", tasks: tasksOf("A", 1), gate },
      { id: "B", tasks: tasksOf("B", 1) }
    ])
    for (const attributes of evidence)
      await runs.does(id, "phases/A/evidence", { type: "test", ref: "ci", title: "CI", attributes })
    await runs.completes(id, ...completed)
    const validated = await runs.does(id, "phases/A/validate")
    const { gate: seen } = (await runs.phasesOf(id, at(validated))).body.items[0]?.visits[0] ?? {}
    expect(seen).toEqual({ result, missing, at: validated.updatedAt })
    expect((await runs.timeline(id)).body.items[0]?.type).toBe("run.gate-validated")
  })
})

describe("a sign-off", () => {
  it("rejected with gaps comes back as open gaps; asked anew and approved it locks", async () => {
    const { runs, id, rita } = await begun(journey, [
      { id: "A", tasks: tasksOf("A", 1), signoff: one("reviewer") },
      { id: "B", tasks: tasksOf("B", 1) }
    ])
    await runs.completes(id, "A1")
    const asked = await runs.does(id, "phases/A/signoff")
    await runs.seen(id, asked.version)
    const waiting = await runs.phases({ status: "ready_for_signoff", role: "reviewer" })
    expect(waiting.body.items).toMatchObject([
      { runId: id, phase: "A", waiting: [{ for: "signoff", roles: ["reviewer"], since: asked.updatedAt }] }
    ])
    await rita.decide(approvalId(id, "signoff", "A", 1, 1), { decision: "reject", comment: "- No tests\n- No owner" })
    const rejected = await runs.does(id, "milestones", { key: "M", title: "x" })
    const brief = (await runs.brief(id, at(rejected))).body
    expect(brief.gaps).toMatchObject([
      { phase: "A", text: "No tests", open: true },
      { phase: "A", text: "No owner", open: true }
    ])
    expect((await runs.phases({ status: "in_progress" })).body.items).toMatchObject([{ phase: "A", gaps: 2 }])
    await runs.does(id, "phases/A/signoff")
    const second = approvalId(id, "signoff", "A", 1, 2)
    const approved = await rita.decide(second, { decision: "approve" })
    expect(approved.body).toMatchObject({ id: second, status: "approved", requestedBy: { id: "pam" } })
    const gone = await runs.does(id, "tasks/B1/start")
    const [phase] = (await runs.phasesOf(id, at(gone))).body.items
    expect(phase).toMatchObject({ status: "signed_off", gaps: 0, waiting: [] })
    expect(phase?.visits[0]?.gaps.map(({ text, open }) => [text, open])).toEqual([
      ["No tests", false],
      ["No owner", false]
    ])
  })

  it("of a baseline comes later; the run is not completed without it", async () => {
    const { runs, id, rita } = await begun(journey, [
      { id: "A", tasks: tasksOf("A", 1), signoff: one("reviewer") },
      { id: "B", tasks: tasksOf("B", 1) }
    ])
    await runs.completes(id, "A1")
    await runs.does(id, "phases/A/transition", { baseline: true })
    const done = await runs.completes(id, "B1")
    expect(done.phases.map(({ status }) => status)).toEqual(["completed_doc_baseline", "in_progress"])
    await runs.does(id, "phases/A/signoff")
    await rita.decide(approvalId(id, "signoff", "A", 1, 1), { decision: "approve" })
    const ended = await runs.run(id, { minVersion: done.version + 3, wait: "10s" })
    expect(ended.body).toMatchObject({
      status: "completed",
      phases: [{ status: "signed_off" }, { status: "completed" }]
    })
  })
})
