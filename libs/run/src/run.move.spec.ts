import { describe, expect, it } from "vitest"
import { block, recordEvidence, requestSignoff, unblock } from "./run.decide.phases.ts"
import { addTask } from "./run.decide.tasks.ts"
import { entered, left } from "./run.events.spec-support.ts"
import {
  ada,
  anybody,
  askedFor,
  asking,
  at,
  completes,
  decides,
  fred,
  goes,
  on,
  phase,
  running,
  says,
  starts
} from "./run.spec-support.ts"

const flag = { type: "flag", name: "green" } as const
const green = at(recordEvidence, "A", { type: "test", ref: "ci", title: "CI", attributes: { green: true } })

const two = running(phase("A", { tasks: ["A1"] }), phase("B", { tasks: ["B1"] }))
const signed = running(phase("A", { tasks: ["A1"], signoff: asking() }), phase("B", { tasks: ["B1"] }))

describe("transition: order of what is needed", () => {
  const all = running(phase("A", { tasks: ["A1"], gate: [flag], signoff: asking(), checkpoint: anybody }), phase("B"))
  it("tasks, gate, sign-off, checkpoint, then what stops it", () => {
    const tasks = all.did(starts("A1"), at(block, "A", { reason: "site" }))
    tasks.when(goes("A")).thenRefused("PhaseUnfinished", { needs: "tasks" })
    const gate = tasks.did(...completes("A1"))
    gate.when(goes("A")).thenRefused("PhaseUnfinished", { needs: "gate", missing: ["flag green"] })
    const signoff = gate.did(green)
    signoff.when(goes("A")).thenRefused("PhaseUnfinished", { needs: "signoff", message: "Phase A needs its sign-off" })
    const checkpoint = signoff
      .did(at(requestSignoff, "A", {}))
      .by(fred)
      .did(decides("signoff", "A", "approve"))
    checkpoint.when(goes("A")).thenRefused("CheckpointIsOpen", { phase: "A" })
    const stopped = checkpoint.did(says("A", "proceed"))
    stopped.when(goes("A")).thenRefused("Stopped", { by: "block" })
    stopped
      .did(at(unblock, "A", {}))
      .when(goes("A"))
      .thenYields(entered("B"), left("B"), { type: "run.completed", data: {} })
  })
  it("a block of the phase ahead stops it too", () =>
    two
      .did(...completes("A1"), at(block, "B", { reason: "site" }))
      .when(goes("A"))
      .thenRefused("Stopped", { id: "B" }))
})

describe("transition: where to", () => {
  const done = two.did(...completes("A1"))
  it("to the next phase unless told", () => done.when(goes("A")).thenYields(left("A"), entered("B")))
  it.each([[undefined], ["B"]])("there already: nothing changes (to %s)", (to) =>
    done.did(goes("A", to)).when(goes("A", to)).thenNothing()
  )
  it("from the current phase only", () => {
    two.when(goes("B")).thenRefused("PhaseRefuses", { message: "Phase B is not started: the run is in no phase yet" })
    done.when(goes("B")).thenRefused("PhaseRefuses", { message: "Phase B is not started: the run is in phase A" })
  })
  it("to a phase of the run", () =>
    done
      .when(goes("A", "Z"))
      .thenRefused("InputRefused", { issues: [{ pointer: "/to", message: "is no phase of this run" }] }))
  it("along the definition", () => {
    const three = running(phase("A"), phase("B"), phase("C"))
    three.when(goes("A", "C")).thenRefused("TransitionNotAllowed", { from: "A", to: "C", allowed: ["B"] })
    running(phase("A", { tasks: ["A1"] }))
      .did(starts("A1"))
      .when(goes("A"))
      .thenRefused("TransitionNotAllowed", {
        message: "From phase A the run goes nowhere"
      })
  })
  it("a phase without tasks is passed at once, and the last one ends the run", () =>
    running(phase("A"), phase("B")).when(goes("A")).thenYields(entered("A"), left("A"), entered("B"), left("B"), {
      type: "run.completed",
      data: {}
    }))
  it("a first phase that has to wait is entered, which opens its checkpoint", () => {
    const told = running(phase("A", { checkpoint: anybody }), phase("B", { tasks: ["B1"] }))
    told.when(goes("A")).thenYields(entered("A"), {
      type: "run.checkpoint-opened",
      data: { phase: "A", visit: 1, approvalId: askedFor(told.state, "checkpoint", "A"), attempt: 1 }
    })
    told.did(goes("A")).when(goes("A")).thenRefused("CheckpointIsOpen")
    told
      .did(goes("A"), says("A", "proceed"), ...completes("B1"))
      .when(goes("B"))
      .thenRefused("RunEnded")
  })
  it("a first phase without tasks can be signed off once it is entered", () => {
    const told = running(phase("A", { signoff: asking() }), phase("B", { tasks: ["B1"] }))
    expect(told.did(goes("A"), at(requestSignoff, "A", {})).visit("A").status).toBe("ready_for_signoff")
  })
  it("a first phase is entered by going to it, whatever its tasks", () => {
    two.when(goes("A", "A")).thenYields(entered("A"))
    running(phase("A"), phase("B")).when(goes("A", "A")).thenYields(entered("A"))
  })
  it("a first phase with open tasks is not entered by going on from it", () =>
    two.when(goes("A")).thenRefused("PhaseUnfinished", { needs: "tasks", missing: ["A1"] }))
  it("a run of one phase without tasks completes", () =>
    running(phase("A")).when(goes("A")).thenYields(entered("A"), left("A"), { type: "run.completed", data: {} }))
})

describe("going back", () => {
  const loop = running(
    phase("I", { tasks: ["I1"], signoff: asking() }),
    phase("T", { tasks: ["T1"], transitions: ["D", "I"] }),
    phase("D", { tasks: ["D1"] })
  )
    .did(...completes("I1"), at(requestSignoff, "I", {}))
    .by(fred)
    .did(decides("signoff", "I", "approve"), ...completes("T1"))
  const back = loop.did(goes("T", "I", { reason: "a fault" }))

  it("needs a reason", () =>
    loop.when(goes("T", "I")).thenRefused("InputRefused", {
      issues: [{ pointer: "/reason", message: "is required for going back" }]
    }))
  it("needs the tasks of the phase ended", () =>
    loop
      .did(on(addTask, { key: "T2", title: "More", phase: "T" }))
      .when(goes("T", "I", { reason: "a fault" }))
      .thenRefused("PhaseUnfinished", { needs: "tasks", missing: ["T2"] }))
  it("starts the next visit and leaves the locked one as it was", () => {
    loop
      .when(goes("T", "I", { reason: "a fault" }))
      .thenYields(
        { type: "run.phase-returned", data: { phase: "T", visit: 1, to: "I", reason: "a fault" } },
        entered("I", 2, "a fault")
      )
    expect(back.phase("I").visits[0]).toEqual(loop.phase("I").visits[0])
    expect(back.visit("I")).toMatchObject({ visit: 2, status: "in_progress", tasks: [], evidence: [], signoff: null })
    expect(back.visit("T")).toMatchObject({ visit: 2, status: "not_started", tasks: [] })
    expect(back.phase("T").visits[0]).toMatchObject({ left: true, tasks: [{ key: "T1", status: "completed" }] })
  })
  it("again changes nothing", () => back.when(goes("T", "I", { reason: "a fault" })).thenNothing())
  it("takes new tasks and asks for everything anew", () => {
    const told = back.did(on(addTask, { key: "I2", title: "Mend", phase: "I" }))
    told.when(goes("I")).thenRefused("PhaseUnfinished", { needs: "tasks", missing: ["I2"] })
    const mended = told.did(...completes("I2"))
    mended.when(goes("I")).thenRefused("PhaseUnfinished", { needs: "signoff" })
    const again = mended.by(ada).did(at(requestSignoff, "I", {}))
    expect(again.visit("I").signoff).toMatchObject({ attempt: 1, state: "requested" })
    const end = again.by(fred).did(decides("signoff", "I", "approve"), goes("I"), goes("T"), ...completes("D1"))
    expect(end.view).toMatchObject({ status: "completed", progress: { done: 4, total: 4, percent: 100 } })
  })
  it("withdraws a checkpoint that is open", () => {
    const told = running(
      phase("A", { tasks: ["A1"] }),
      phase("B", { tasks: ["B1"], checkpoint: anybody, transitions: ["C", "A"] }),
      phase("C")
    ).did(...completes("A1", "B1"))
    const first = askedFor(told.state, "checkpoint", "B")
    const returned = told.did(goes("B", "A", { reason: "no" }))
    expect(returned.approvals.get(first)?.status).toBe("cancelled")
    expect(returned.view).toMatchObject({ status: "in_progress", openCheckpoints: [], currentPhase: "A" })
    expect(returned.did(goes("A")).visit("B").checkpoint).toMatchObject({ state: "open", attempt: 1 })
  })
  it("takes back a sign-off that was to come, since the phase will be signed off anew", () => {
    const told = running(
      phase("A", { tasks: ["A1"], signoff: asking() }),
      phase("B", { tasks: ["B1"], transitions: ["C", "A"] }),
      phase("C", { tasks: ["C1"] })
    ).did(...completes("A1"), goes("A", "B", { baseline: true }), at(requestSignoff, "A", {}), ...completes("B1"))
    const first = askedFor(told.state, "signoff", "A")
    const returned = told.did(goes("B", "A", { reason: "no" }))
    expect(returned.approvals.get(first)?.status).toBe("cancelled")
    const end = returned
      .did(at(requestSignoff, "A", {}))
      .by(fred)
      .did(decides("signoff", "A", "approve"), goes("A"), goes("B"), ...completes("C1"))
    expect(end.view.status).toBe("completed")
  })
})

describe("baseline", () => {
  const based = signed.did(...completes("A1"), goes("A", "B", { baseline: true }))
  it("leaves the phase with its sign-off to come", () => {
    signed
      .did(...completes("A1"))
      .when(goes("A", "B", { baseline: true }))
      .thenYields({ type: "run.phase-baselined", data: { phase: "A", visit: 1 } }, entered("B"))
    expect(based.visit("A").status).toBe("completed_doc_baseline")
    expect(based.view.currentPhase).toBe("B")
  })
  it("needs tasks, gate and checkpoint all the same", () => {
    const told = running(
      phase("A", { tasks: ["A1"], signoff: asking(), gate: [flag], checkpoint: anybody }),
      phase("B")
    )
    const baseline = goes("A", "B", { baseline: true })
    told.did(starts("A1")).when(baseline).thenRefused("PhaseUnfinished", { needs: "tasks" })
    told
      .did(...completes("A1"))
      .when(baseline)
      .thenRefused("PhaseUnfinished", { needs: "gate" })
    told
      .did(...completes("A1"), green)
      .when(baseline)
      .thenRefused("CheckpointIsOpen")
  })
  it("is a plain end where no sign-off is asked for", () =>
    two
      .did(...completes("A1"))
      .when(goes("A", "B", { baseline: true }))
      .thenYields(left("A"), entered("B")))
  it("the run does not end before the sign-off, which ends it then", () => {
    const waiting = based.did(...completes("B1"))
    expect(waiting.view.status).toBe("in_progress")
    const request = waiting.did(at(requestSignoff, "A", {}))
    expect(request.visit("A").status).toBe("completed_doc_baseline")
    const end = request.by(fred).did(decides("signoff", "A", "approve"))
    expect(end.happened(request.log.length)).toEqual(["phase-signed-off", "phase-completed", "completed"])
    expect(end.visit("A").status).toBe("signed_off")
  })
  it("evidence may still come, tasks not", () => {
    expect(based.did(green).visit("A").evidence).toHaveLength(1)
    based.when(on(addTask, { key: "A2", title: "More", phase: "A" })).thenRefused("PhaseRefuses", {
      message: "Phase A is completed doc baseline: the run has left it"
    })
  })
  it("gaps leave it where it is, and it is asked for anew", () => {
    const request = based.did(at(requestSignoff, "A", {})).by(fred)
    const rejected = request.did(decides("signoff", "A", "reject", "thin")).by(ada)
    expect(rejected.visit("A")).toMatchObject({
      status: "completed_doc_baseline",
      gaps: [{ text: "thin", open: true }]
    })
    expect(rejected.did(at(requestSignoff, "A", {})).visit("A").signoff).toMatchObject({
      attempt: 2,
      state: "requested"
    })
  })
})
