import { minuteIso, person } from "@sluice/contracts/testing/testing.given-when-then"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { decideApproval } from "./run.approvals.ts"
import { recordEvidence, requestSignoff } from "./run.decide.phases.ts"
import { cancel, fail, pause } from "./run.decide.ts"
import {
  ada,
  ann,
  anybody,
  askedFor,
  asking,
  at,
  completes,
  decides,
  escalates,
  expires,
  goes,
  guest,
  nothing,
  on,
  phase,
  RUN_ID,
  running,
  says,
  withdraws
} from "./run.spec-support.ts"

describe("a sign-off", () => {
  const signed = running(phase("A", { tasks: ["A1"], signoff: asking() }), phase("B", { tasks: ["B1"] }))
  const asked = signed.did(...completes("A1"), at(requestSignoff, "A", {}))
  const id = askedFor(asked.state, "signoff", "A")
  const request = { phase: "A", visit: 1, approvalId: id }

  it("approved locks the visit; the record keeps who, when and as part of what", () => {
    asked
      .by(ann)
      .when(decides("signoff", "A", "approve"))
      .thenYields({ type: "run.phase-signed-off", data: { ...request, correlationId: "corr-1" } })
    const told = asked.by(ann).did(decides("signoff", "A", "approve"))
    expect(told.visit("A")).toMatchObject({
      status: "signed_off",
      signoff: { state: "approved", record: { by: ann, at: minuteIso(asked.minutes), correlationId: "corr-1" } }
    })
    told.when(goes("A")).thenYields({ type: "run.phase-started", data: { phase: "B", visit: 1, reason: null } })
  })
  it("is not for who asked for it, whatever roles they hold", () => {
    const own = signed.by(ann).did(...completes("A1"), at(requestSignoff, "A", {}))
    own.when(decides("signoff", "A", "approve")).thenRefused("SelfReviewForbidden")
    own.when(decides("signoff", "A", "reject")).thenRefused("SelfReviewForbidden")
  })
  it("is for reviewers alone", () =>
    asked
      .by(guest)
      .when(decides("signoff", "A", "approve"))
      .thenRefused("NotAllowedToDecide", { roles: ["reviewer"] }))
  it("rejected brings its gaps back, and the phase is in progress again", () => {
    const told = asked.by(ann).did(decides("signoff", "A", "reject", "- no tests\n2. no docs\n\n"))
    expect(told.log.at(-1)).toMatchObject({
      type: "run.signoff-rejected",
      data: { ...request, gaps: [{ text: "no tests" }, { text: "no docs" }] }
    })
    expect(told.visit("A")).toMatchObject({
      status: "in_progress",
      gaps: [
        { text: "no tests", open: true },
        { text: "no docs", open: true }
      ]
    })
    told.when(goes("A")).thenRefused("PhaseUnfinished", { message: "Phase A needs its sign-off: no tests, no docs" })
  })
  it("rejected without a word leaves one gap that says so", () =>
    expect(
      asked
        .by(ann)
        .did(decides("signoff", "A", "reject"))
        .visit("A").gaps
    ).toMatchObject([{ text: "The reviewer named no gap", open: true }]))
  it("asked for again is a new approval, which closes the gaps", () => {
    const told = asked
      .by(ann)
      .did(decides("signoff", "A", "reject", "x"))
      .by(ada)
      .did(at(requestSignoff, "A", {}))
    const second = askedFor(told.state, "signoff", "A")
    expect(second).not.toBe(id)
    expect(told.visit("A")).toMatchObject({ status: "ready_for_signoff", gaps: [{ text: "x", open: false }] })
    told
      .by(ann)
      .when(decides("signoff", "A", "approve", null, id))
      .thenRefused("AlreadyDecided")
    expect(
      told
        .by(ann)
        .did(decides("signoff", "A", "approve"))
        .visit("A").status
    ).toBe("signed_off")
  })
  it("that lapses or is withdrawn has the phase in progress again, and may be asked for anew", () => {
    const told = asked.did(withdraws("signoff", "A"))
    expect(told.log.at(-1)?.data).toEqual({ ...request, why: "cancelled" })
    expect(told.visit("A").status).toBe("in_progress")
    expect(told.did(at(requestSignoff, "A", {})).visit("A").signoff).toMatchObject({ attempt: 2 })
    const lapsing = running(phase("A", { signoff: asking({ expiresAfter: "PT1M" }) }), phase("B"))
      .did(goes("A"), at(requestSignoff, "A", {}))
      .did(expires("signoff", "A"))
    expect(lapsing.log.at(-1)).toMatchObject({ type: "run.signoff-withdrawn", data: { why: "expired" } })
  })
  it.each([cancel, fail])("is withdrawn when the run ends", (end) => {
    const told = asked.did(on(end, {}))
    expect(told.happened(asked.log.length)[0]).toBe("signoff-withdrawn")
    expect(told.approvals.get(id)?.status).toBe("cancelled")
  })
  it("can be decided while the run is paused", () =>
    expect(
      asked
        .did(on(pause, {}))
        .by(ann)
        .did(decides("signoff", "A", "approve")).view.status
    ).toBe("paused"))
})

describe("a sign-off whose gate evidence opens or shuts", () => {
  const flag = { type: "flag", name: "green" } as const
  const tests = (phaseId: string, green: boolean) =>
    at(recordEvidence, phaseId, { type: "test", ref: "ci", title: "CI", attributes: { green } })
  const only = running(phase("A", { tasks: ["A1"], gate: [flag], signoff: asking() }))
  const asked = only.did(...completes("A1"), tests("A", true), at(requestSignoff, "A", {}))
  const id = askedFor(asked.state, "signoff", "A")

  it("is asked for no longer once the gate holds no more: nobody locks a phase that could not be left", () => {
    const red = asked.did(tests("A", false))
    expect(red.happened(asked.log.length)).toEqual(["evidence-recorded", "signoff-withdrawn"])
    expect(red.log.at(-1)?.data).toEqual({ phase: "A", visit: 1, approvalId: id, why: "cancelled" })
    expect(red.visit("A")).toMatchObject({ status: "in_progress", signoff: { state: "withdrawn" } })
    expect(red.approvals.get(id)).toMatchObject({ status: "cancelled" })
    red
      .by(ann)
      .when(decides("signoff", "A", "approve", null, id))
      .thenRefused("AlreadyDecided")
    red.when(at(requestSignoff, "A", {})).thenRefused("PhaseUnfinished", { needs: "gate", missing: ["flag green"] })
    const told = red
      .did(tests("A", true), at(requestSignoff, "A", {}))
      .by(ann)
      .did(decides("signoff", "A", "approve"))
    expect(told.view.status).toBe("completed")
  })
  it("waits on while the gate holds", () => {
    const more = at(recordEvidence, "A", { type: "doc", ref: "docs/a", title: "More" })
    expect(asked.did(more, tests("A", true)).visit("A")).toMatchObject({ signoff: { state: "requested" } })
    expect(
      asked
        .did(more)
        .by(ann)
        .did(decides("signoff", "A", "approve")).view.status
    ).toBe("completed")
  })
  it("leaves the checkpoint as it is", () => {
    const open = running(phase("A", { gate: [flag], signoff: asking(), checkpoint: anybody }), phase("B"))
      .did(goes("A"), tests("A", true), at(requestSignoff, "A", {}))
      .did(tests("A", false))
    expect(open.visit("A")).toMatchObject({ signoff: { state: "withdrawn" }, checkpoint: { state: "open" } })
  })
  it("is asked for no longer after the baseline either, which stays what it is", () => {
    const based = running(phase("A", { gate: [flag], signoff: asking() }), phase("B", { tasks: ["B1"] })).did(
      ...[goes("A"), tests("A", true), goes("A", "B", { baseline: true })],
      ...[at(requestSignoff, "A", {}), tests("A", false)]
    )
    expect(based.visit("A")).toMatchObject({ status: "completed_doc_baseline", signoff: { state: "withdrawn" } })
    const told = based.did(...completes("B1"), tests("A", true), at(requestSignoff, "A", {}))
    expect(told.by(ann).did(decides("signoff", "A", "approve")).view.status).toBe("completed")
  })
})

describe("an escalation that fills the last place", () => {
  it("confirms the checkpoint too", () => {
    const checkpoint = asking({
      required: [
        { roles: ["finance"], count: 1 },
        { roles: ["manager"], count: 1 }
      ],
      escalation: { after: "PT10M", roles: ["director"] }
    })
    const told = running(phase("A", { tasks: ["A1"], checkpoint }), phase("B", { tasks: ["B1"] }))
      .did(...completes("A1"))
      .by(person("eve", "finance", "director"))
      .did(says("A", "proceed"))
      .by(person("fay", "finance"))
      .did(says("A", "proceed"))
    expect(told.view.status).toBe("awaiting_confirmation")
    expect(told.later(20).did(escalates("checkpoint", "A")).view).toMatchObject({
      status: "in_progress",
      startable: ["B1"]
    })
  })
})

describe("an approval that the run did not ask for", () => {
  it("is decided, and the run goes on as if nothing had been", () => {
    const told = running(phase("A", { tasks: ["A1"], checkpoint: anybody }), phase("B")).did(...completes("A1"))
    const context = { ...told.context, approvalId: "forged", runId: RUN_ID }
    const decided = decideApproval(told.state, told.approval("checkpoint", "A"), { decision: "approve" }, context)
    expect(Result.getOrThrow(decided)).toMatchObject({
      run: [],
      approval: [{ type: "approval.decision-recorded" }, { type: "approval.approved" }]
    })
  })
  it("of a run that there is not needs to exist itself", () =>
    nothing.when(decides("checkpoint", "A", "approve")).thenRefused("ApprovalNotFound"))
})
