import { subjectId } from "@sluice/contracts/run/run.ids"
import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, expect, it } from "vitest"
import { REVIEWS_MAXIMUM } from "./run.approvals.ts"
import { addTask, deferTask, failTask, moveTask, reopenTask } from "./run.decide.tasks.ts"
import { cancel, fail, pause, resume } from "./run.decide.ts"
import {
  ann,
  anybody,
  askedFor,
  asking,
  at,
  bare,
  completes,
  decides,
  expires,
  fred,
  guest,
  nothing,
  on,
  phase,
  RUN_ID,
  running,
  says,
  starts,
  withdraws
} from "./run.spec-support.ts"

const fresh = running(phase("A", { tasks: ["A1", "A2"], checkpoint: anybody }), phase("B", { tasks: ["B1"] }))
const open = fresh.did(...completes("A1", "A2"))
const approvalId = askedFor(open.state, "checkpoint", "A")
const place = { phase: "A", visit: 1, approvalId }
const paused = (reason: string | null) => ({ type: "run.paused", data: { reason } }) as const

describe("a checkpoint opens", () => {
  it("by itself, when the phase's last task ends", () => {
    const before = fresh.did(...completes("A1"), starts("A2"))
    expect(before.did(...completes("A2")).happened(before.log.length)).toEqual(["task-completed", "checkpoint-opened"])
    expect(open.view).toMatchObject({ status: "awaiting_confirmation", openCheckpoints: [{ phase: "A", approvalId }] })
  })
  it.each([
    ["deferred", deferTask],
    ["moved", moveTask]
  ] as const)("also when it is %s", (_, end) =>
    expect(fresh.did(...completes("A1"), at(end, "A2", {})).view.openCheckpoints).toHaveLength(1)
  )
  it("not while a task is failed or pending", () => {
    expect(fresh.did(...completes("A1")).view.openCheckpoints).toEqual([])
    expect(fresh.did(...completes("A1"), starts("A2"), at(failTask, "A2", {})).view.openCheckpoints).toEqual([])
  })
  it("not before the run is in the phase", () =>
    expect(fresh.did(at(deferTask, "A1", {}), at(deferTask, "A2", {})).view.openCheckpoints).toEqual([]))
  it("as an approval that the system asks for and anybody may decide", () =>
    expect(open.approval("checkpoint", "A")).toMatchObject({
      status: "pending",
      subject: { type: "checkpoint", id: subjectId(RUN_ID, "A", 1) },
      required: [{ roles: ["*"], count: 1 }],
      preventSelfReview: false,
      requestedBy: { kind: "system", id: "run" },
      expiresAt: null
    }))
  it("as its definition says", () => {
    const checkpoint = asking({
      expiresAfter: "PT1H",
      remindEvery: "PT10M",
      escalation: { after: "PT30M", roles: ["boss"] }
    })
    const told = running(phase("A", { tasks: ["A1"], checkpoint }), phase("B"))
      .did(starts("A1"))
      .did(...completes("A1"))
    expect(told.approval("checkpoint", "A")).toMatchObject({
      required: [{ roles: ["reviewer"], count: 1 }],
      expiresAt: minuteIso(62),
      remindEvery: "PT10M",
      escalation: { after: "PT30M", roles: ["boss"] }
    })
  })
})

describe("proceed", () => {
  it("confirms, and the next phase can start at once", () => {
    open
      .by(guest)
      .when(says("A", "proceed", "fine"))
      .thenYields({ type: "run.checkpoint-confirmed", data: { ...place, comment: "fine" } })
    const told = open.by(guest).did(says("A", "proceed"))
    expect(told.approval("checkpoint", "A")).toMatchObject({ status: "approved", decidedBy: guest })
    expect(told.view).toMatchObject({ status: "in_progress", startable: ["B1"], openCheckpoints: [] })
  })
  it("again is refused", () =>
    open.did(says("A", "proceed")).when(says("A", "proceed")).thenRefused("CheckpointNotOpen", {
      checkpoint: "confirmed",
      message: "Checkpoint A is confirmed"
    }))
  it("through the approval's own door does the same", () =>
    open.when(decides("checkpoint", "A", "approve", "fine")).thenYields({
      type: "run.checkpoint-confirmed",
      data: { ...place, comment: "fine" }
    }))
  it("waits for everybody who is required", () => {
    const checkpoint = asking({ required: [{ roles: ["reviewer"], count: 2 }] })
    const told = running(phase("A", { tasks: ["A1"], checkpoint }), phase("B")).did(...completes("A1"))
    told.by(ann).when(says("A", "proceed")).thenNothing()
    const first = told.by(ann).did(says("A", "proceed"))
    expect(first.view.status).toBe("awaiting_confirmation")
    first.when(says("A", "proceed")).thenNothing()
    expect(first.by(fred).did(says("A", "proceed")).happened(first.log.length)).toEqual(["checkpoint-confirmed"])
  })
  it("of a paused run leaves it paused", () =>
    expect(open.did(on(pause, {}), says("A", "proceed")).view).toMatchObject({ status: "paused", openCheckpoints: [] }))
  it("is refused once its time is over, timer or not", () => {
    const checkpoint = asking({ required: anybody.required, expiresAfter: "PT5M" })
    running(phase("A", { tasks: ["A1"], checkpoint }), phase("B"))
      .did(...completes("A1"))
      .later(5)
      .when(says("A", "proceed"))
      .thenRefused("ApprovalLapsed")
  })
})

describe("review and pause", () => {
  it("review is taken down and keeps waiting", () => {
    open
      .by(ann)
      .when(says("A", "review", "looking"))
      .thenYields({
        type: "run.checkpoint-reviewed",
        data: { ...place, comment: "looking" }
      })
    const told = open.by(ann).did(says("A", "review", "looking"))
    expect(told.view.status).toBe("awaiting_confirmation")
    expect(told.view.openCheckpoints[0]?.reviews).toMatchObject([{ actor: ann, comment: "looking" }])
    expect(told.approval("checkpoint", "A").status).toBe("pending")
  })
  it("the same review again changes nothing; somebody else's, or in other words, does", () => {
    const told = open.by(ann).did(says("A", "review", "looking"))
    told.when(says("A", "review", "looking")).thenNothing()
    expect(told.did(says("A", "review"), says("A", "review", "looking")).happened(told.log.length)).toHaveLength(2)
    expect(
      told
        .by(fred)
        .did(says("A", "review", "looking"))
        .happened(told.log.length)
    ).toHaveLength(1)
  })
  it("a checkpoint takes so many reviews at most", () => {
    const reviews = Array.from({ length: REVIEWS_MAXIMUM }, (_, index) => says("A", "review", `${index}`))
    open
      .did(...reviews)
      .when(says("A", "review", "one more"))
      .thenRefused("RunIsFull", {
        message: "A run holds 100 reviews of a checkpoint at most"
      })
  })
  it("pause pauses the run with the checkpoint still open", () => {
    open.when(says("A", "pause", "lunch")).thenYields(paused("lunch"))
    const told = open.did(says("A", "pause", "lunch"))
    expect(told.view).toMatchObject({ status: "paused", reason: "lunch", openCheckpoints: [{ approvalId }] })
    told.when(says("A", "pause", "lunch")).thenNothing()
    told.when(bare(resume)).thenYields({ type: "run.resumed", data: {} })
    expect(told.did(bare(resume), says("A", "proceed")).view.startable).toEqual(["B1"])
  })
})

describe("a checkpoint is answered, in this order", () => {
  const required = running(phase("A", { tasks: ["A1"], checkpoint: asking() }), phase("B", { tasks: ["B1"] }))
  const waiting = required.did(...completes("A1"))
  const verbs = ["proceed", "review", "pause"] as const
  it.each(verbs)("of a run that exists: %s", (verb) => nothing.when(says("A", verb)).thenRefused("RunNotFound"))
  it.each(verbs)("at a phase of it: %s", (verb) =>
    waiting.when(says("Z", verb)).thenRefused("PhaseNotFound", { phase: "Z" })
  )
  it.each(verbs)("by somebody who may, whatever its state: %s", (verb) => {
    const refusal = { roles: ["reviewer"] }
    required.by(guest).when(says("A", verb)).thenRefused("NotAllowedToDecide", refusal)
    waiting.by(guest).when(says("A", verb)).thenRefused("NotAllowedToDecide", refusal)
    waiting.did(on(cancel, {})).by(guest).when(says("A", verb)).thenRefused("NotAllowedToDecide", refusal)
    waiting.by(ann).did(says("A", "proceed")).by(guest).when(says("A", verb)).thenRefused("NotAllowedToDecide", refusal)
  })
  it.each(verbs)("before the run has ended: %s", (verb) =>
    waiting.did(on(cancel, {})).by(ann).when(says("A", verb)).thenRefused("RunEnded")
  )
  it.each(verbs)("while it is open: %s", (verb) => {
    required.when(says("B", verb)).thenRefused("CheckpointNotOpen", {
      checkpoint: "none",
      message: "Checkpoint B does not exist"
    })
    required.by(ann).when(says("A", verb)).thenRefused("CheckpointNotOpen", {
      checkpoint: "not_reached",
      message: "Checkpoint A is not reached yet"
    })
    waiting
      .by(ann)
      .did(decides("checkpoint", "A", "reject"))
      .when(says("A", verb))
      .thenRefused("CheckpointNotOpen", {
        checkpoint: "refused",
        message: "Checkpoint A was refused"
      })
  })
})

describe("a checkpoint that is refused", () => {
  const checkpoint = asking({ required: anybody.required, expiresAfter: "PT5M" })
  const waiting = running(phase("A", { tasks: ["A1"], checkpoint }), phase("B", { tasks: ["B1"] })).did(
    ...completes("A1")
  )
  const id = askedFor(waiting.state, "checkpoint", "A")
  const refused = (why: "rejected" | "expired" | "cancelled", comment: string | null = null) =>
    ({ type: "run.checkpoint-refused", data: { phase: "A", visit: 1, approvalId: id, why, comment } }) as const

  it("by rejection pauses the run", () => {
    waiting
      .when(decides("checkpoint", "A", "reject", "not yet"))
      .thenYields(refused("rejected", "not yet"), paused("not yet"))
    waiting
      .when(decides("checkpoint", "A", "reject"))
      .thenYields(refused("rejected"), paused("Checkpoint A was rejected"))
  })
  it("by expiry pauses it", () => {
    waiting.when(expires("checkpoint", "A")).thenNothing()
    waiting.later(5).when(expires("checkpoint", "A")).thenYields(refused("expired"), paused("Checkpoint A expired"))
  })
  it("by withdrawal pauses it", () =>
    waiting.when(withdraws("checkpoint", "A")).thenYields(refused("cancelled"), paused("Checkpoint A was cancelled")))
  it("while the run is paused leaves it so", () =>
    waiting
      .did(on(pause, {}))
      .when(decides("checkpoint", "A", "reject"))
      .thenYields(refused("rejected")))
  it("is asked about anew when the run is resumed, and not before", () => {
    const told = waiting.did(decides("checkpoint", "A", "reject"))
    const again = told.did(bare(resume))
    expect(again.happened(told.log.length)).toEqual(["resumed", "checkpoint-opened"])
    const second = askedFor(again.state, "checkpoint", "A")
    expect(second).not.toBe(id)
    expect(again.visit("A").checkpoint).toMatchObject({ attempt: 2, state: "open" })
    expect(again.approvals.get(id)?.status).toBe("rejected")
    expect(again.approvals.get(second)?.status).toBe("pending")
    expect(again.did(says("A", "proceed")).view.startable).toEqual(["B1"])
  })
  it("the former approval is obeyed no more", () => {
    const again = waiting.did(on(addTask, { key: "A2", title: "More", phase: "A" }), ...completes("A2"))
    again.when(decides("checkpoint", "A", "approve", null, id)).thenRefused("AlreadyDecided")
    again.when(decides("checkpoint", "A", "reject", null, askedFor(again.state, "checkpoint", "A"))).thenYields(
      {
        ...refused("rejected"),
        data: { ...refused("rejected").data, approvalId: askedFor(again.state, "checkpoint", "A") }
      },
      paused("Checkpoint A was rejected")
    )
  })
  it("and then finds work added is asked about when that has ended", () => {
    const told = waiting.did(
      decides("checkpoint", "A", "reject"),
      on(addTask, { key: "A2", title: "More", phase: "A" }),
      bare(resume)
    )
    expect(told.view).toMatchObject({ status: "in_progress", startable: ["A2"] })
    expect(told.did(...completes("A2")).visit("A").checkpoint).toMatchObject({ attempt: 2, state: "open" })
  })
})

describe("a checkpoint is withdrawn", () => {
  const added = on(addTask, { key: "A3", title: "More", phase: "A" })
  it("by a task added to the phase", () => {
    const told = open.did(added)
    expect(told.happened(open.log.length)).toEqual(["checkpoint-withdrawn", "task-added"])
    expect(told.approvals.get(approvalId)?.status).toBe("cancelled")
    expect(told.view).toMatchObject({ status: "in_progress", openCheckpoints: [], startable: ["A3"] })
    told.when(starts("B1")).thenRefused("PhaseUnfinished", { needs: "tasks", missing: ["A3"] })
  })
  it("also where it was confirmed: it is asked for again", () => {
    const told = open.did(says("A", "proceed"), added, ...completes("A3"))
    expect(told.view.openCheckpoints).toMatchObject([
      { phase: "A", approvalId: askedFor(told.state, "checkpoint", "A") }
    ])
    expect(told.approvals.get(approvalId)?.status).toBe("approved")
    told.when(starts("B1")).thenRefused("CheckpointIsOpen")
  })
  it("by a deferred task that is taken up again", () => {
    const told = fresh.did(...completes("A1"), at(deferTask, "A2", {}), at(reopenTask, "A2", {}))
    expect(told.view).toMatchObject({ status: "in_progress", openCheckpoints: [] })
  })
  it.each([
    ["cancelled", cancel],
    ["failed", fail]
  ] as const)("when the run is %s", (status, end) => {
    const told = open.did(on(end, {}))
    expect(told.happened(open.log.length)).toEqual(["checkpoint-withdrawn", status])
    expect(told.approvals.get(approvalId)?.status).toBe("cancelled")
  })
})
