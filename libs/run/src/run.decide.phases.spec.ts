import type { RecordEvidence } from "@sluice/contracts/run/run.commands"
import { describe, expect, it } from "vitest"
import {
  block,
  EVIDENCE_MAXIMUM,
  recordEvidence,
  requestSignoff,
  skip,
  transition,
  unblock,
  validateGate
} from "./run.decide.phases.ts"
import { addTask, deferTask } from "./run.decide.tasks.ts"
import { cancel, pause } from "./run.decide.ts"
import { entered, left } from "./run.events.spec-support.ts"
import {
  ada,
  ann,
  anybody,
  askedFor,
  asking,
  at,
  completes,
  type Deed,
  decides,
  fred,
  goes,
  nothing,
  on,
  phase,
  running,
  starts
} from "./run.spec-support.ts"

const evidence = (more: Partial<RecordEvidence> = {}): RecordEvidence => ({
  type: "test",
  ref: "ci",
  title: "CI",
  ...more
})
const recorded = { type: "test", ref: "ci", title: "CI", kind: null, digest: null, attributes: {} }
const flag = { type: "flag", name: "green" } as const
const green = at(recordEvidence, "A", evidence({ attributes: { green: true } }))

const two = running(phase("A", { tasks: ["A1"] }), phase("B", { tasks: ["B1"] }))
const signed = running(phase("A", { tasks: ["A1"], signoff: asking() }), phase("B", { tasks: ["B1"] }))
const asked = signed.did(...completes("A1"), at(requestSignoff, "A", {}))
const locked = asked
  .by(fred)
  .did(decides("signoff", "A", "approve"))
  .by(ada)

describe("every command on a phase", () => {
  const commands: ReadonlyArray<[string, (id: string) => Deed]> = [
    ["evidence", (id) => at(recordEvidence, id, evidence())],
    ["validate", (id) => at(validateGate, id, {})],
    ["signoff", (id) => at(requestSignoff, id, {})],
    ["transition", (id) => at(transition, id, {})],
    ["block", (id) => at(block, id, { reason: "!" })],
    ["unblock", (id) => at(unblock, id, {})],
    ["skip", (id) => at(skip, id, {})]
  ]
  it.each(commands)("%s needs a run", (_, deed) => nothing.when(deed("A")).thenRefused("RunNotFound"))
  it.each(commands)("%s needs a phase of it, also when it has ended", (_, deed) =>
    two.did(on(cancel, {})).when(deed("Z")).thenRefused("PhaseNotFound", { message: "The run has no phase Z" })
  )
  it.each(commands)("%s is refused when the run has ended", (_, deed) =>
    two.did(on(cancel, {})).when(deed("A")).thenRefused("RunEnded", { status: "cancelled" })
  )
  it.each(commands.filter(([name]) => ["signoff", "transition", "skip"].includes(name)))(
    "%s waits while the run is paused",
    (_, deed) => signed.did(on(pause, {})).when(deed("A")).thenRefused("RunIsPaused")
  )
})

describe("evidence", () => {
  it("is recorded with the phase's newest visit, also before it starts", () =>
    two.when(at(recordEvidence, "B", evidence())).thenYields({
      type: "run.evidence-recorded",
      data: { phase: "B", visit: 1, evidence: { ...recorded, type: "test" } }
    }))
  it("the same again changes nothing, whatever the order of its attributes", () =>
    two
      .did(at(recordEvidence, "A", evidence({ attributes: { a: 1, b: 2 } })))
      .when(at(recordEvidence, "A", evidence({ attributes: { b: 2, a: 1 } })))
      .thenNothing())
  it("same type and ref updates it", () => {
    const told = two.did(green, at(recordEvidence, "A", evidence({ title: "CI 2" })))
    expect(told.visit("A").evidence).toMatchObject([{ ref: "ci", title: "CI 2", attributes: {} }])
    expect(told.did(at(recordEvidence, "A", evidence({ type: "doc" }))).visit("A").evidence).toHaveLength(2)
  })
  it("is refused in a locked visit, but for what is there already", () => {
    const told = signed
      .did(...completes("A1"), green, at(requestSignoff, "A", {}))
      .by(fred)
      .did(decides("signoff", "A", "approve"))
    told.when(at(recordEvidence, "A", evidence())).thenRefused("PhaseLocked")
    told.when(green).thenNothing()
  })
  it("is refused in a phase that the run has left", () =>
    two
      .did(...completes("A1"), goes("A"))
      .when(green)
      .thenRefused("PhaseRefuses", {
        message: "Phase A is completed: the run has left it"
      }))
  it("a visit holds so many at most", () => {
    const many = Array.from({ length: EVIDENCE_MAXIMUM }, (_, index) =>
      at(recordEvidence, "A", evidence({ ref: `ci/${index}` }))
    )
    const full = two.did(...many)
    full.when(green).thenRefused("RunIsFull", { maximum: EVIDENCE_MAXIMUM })
    expect(full.did(at(recordEvidence, "A", evidence({ ref: "ci/0", title: "New" }))).visit("A").evidence).toHaveLength(
      EVIDENCE_MAXIMUM
    )
  })
})

describe("validate", () => {
  it("is an event each time", () => {
    const told = running(phase("A", { gate: [flag] }), phase("B"))
    const blocked = {
      type: "run.gate-validated",
      data: { phase: "A", visit: 1, result: "blocked", missing: ["flag green"] }
    } as const
    told.when(at(validateGate, "A", {})).thenYields(blocked)
    told
      .did(at(validateGate, "A", {}))
      .when(at(validateGate, "A", {}))
      .thenYields(blocked)
    expect(told.did(green, at(validateGate, "A", {})).visit("A").gate).toMatchObject({ result: "ready", missing: [] })
  })
  it("takes no look at a visit that is over", () => {
    locked.when(at(validateGate, "A", {})).thenRefused("PhaseLocked")
    two
      .did(...completes("A1"), goes("A"))
      .when(at(validateGate, "A", {}))
      .thenRefused("PhaseRefuses")
  })
})

describe("sign-off", () => {
  it("is asked for with the gate ready and every task ended", () => {
    signed
      .did(...completes("A1"))
      .when(at(requestSignoff, "A", { comment: "please" }))
      .thenYields({
        type: "run.signoff-requested",
        data: { phase: "A", visit: 1, approvalId: askedFor(signed.state, "signoff", "A"), attempt: 1 }
      })
    expect(asked.visit("A").status).toBe("ready_for_signoff")
    expect(asked.approval("signoff", "A")).toMatchObject({
      status: "pending",
      required: [{ roles: ["reviewer"], count: 1 }],
      requestedBy: ada,
      preventSelfReview: true
    })
  })
  it("passes the asker's comment on as its reason", () =>
    expect(
      signed.did(...completes("A1"), at(requestSignoff, "A", { comment: "please" })).approval("signoff", "A")
    ).toMatchObject({
      reason: "please"
    }))
  it("counts deferred and moved tasks as ended", () =>
    expect(
      signed
        .did(
          ...completes("A1"),
          on(addTask, { key: "A2", title: "More", phase: "A" }),
          at(deferTask, "A2", {}),
          at(requestSignoff, "A", {})
        )
        .visit("A").status
    ).toBe("ready_for_signoff"))
  it("asked for already: nothing changes", () => asked.when(at(requestSignoff, "A", {})).thenNothing())
  it("names the tasks first, then the gate", () => {
    const told = running(phase("A", { tasks: ["A1"], signoff: asking(), gate: [flag] }), phase("B")).did(starts("A1"))
    told.when(at(requestSignoff, "A", {})).thenRefused("PhaseUnfinished", { needs: "tasks", missing: ["A1"] })
    told
      .did(...completes("A1"))
      .when(at(requestSignoff, "A", {}))
      .thenRefused("PhaseUnfinished", {
        message: "Phase A needs its gate to be ready: flag green"
      })
  })
  it("is refused where none is asked for, where the phase has not started, and where it is signed off", () => {
    two.when(at(requestSignoff, "A", {})).thenRefused("PhaseRefuses", {
      message: "Phase A is not started: its workflow asks for no sign-off"
    })
    signed.when(at(requestSignoff, "A", {})).thenRefused("PhaseRefuses", {
      message: "Phase A is not started: it has not started"
    })
    locked.when(at(requestSignoff, "A", {})).thenRefused("PhaseLocked")
  })
  it("a task added withdraws it", () => {
    const told = asked.did(on(addTask, { key: "A2", title: "More", phase: "A" }))
    expect(told.happened(asked.log.length)).toEqual(["signoff-withdrawn", "task-added"])
    expect(told.visit("A").status).toBe("in_progress")
    expect(told.approval("signoff", "A")).toMatchObject({
      status: "cancelled"
    })
  })
})

describe("block, unblock", () => {
  it("is an overlay: the status stays", () => {
    const told = two.did(starts("A1"), at(block, "A", { reason: "no site" }))
    expect(told.view).toMatchObject({
      status: "blocked",
      phases: [{ id: "A", status: "in_progress", blocked: "no site" }, {}]
    })
    expect(told.did(at(unblock, "A", {})).view.status).toBe("in_progress")
  })
  it("the same again changes nothing, another reason does", () => {
    const told = two.did(at(block, "A", { reason: "x" }))
    told.when(at(block, "A", { reason: "x" })).thenNothing()
    told.when(at(block, "A", { reason: "y" })).thenYields({
      type: "run.phase-blocked",
      data: { phase: "A", visit: 1, reason: "y" }
    })
    two.when(at(unblock, "A", {})).thenNothing()
  })
  it("is refused where the run has left", () =>
    two
      .did(...completes("A1"), goes("A"))
      .when(at(block, "A", { reason: "x" }))
      .thenRefused("PhaseRefuses"))
  it("holds up the end of the run, which follows at once", () => {
    const told = two.did(...completes("A1"), starts("B1"), at(block, "B", { reason: "x" }), ...completes("B1"))
    expect(told.view.status).toBe("blocked")
    expect(told.did(at(unblock, "B", {})).view.status).toBe("completed")
  })
})

describe("skip", () => {
  const three = running(
    phase("A", { tasks: ["A1"] }),
    phase("B", { tasks: ["B1", "B2"] }),
    phase("C", { tasks: ["C1"] })
  )
  it("leaves a phase ahead out; what of its tasks had not ended is deferred", () => {
    const told = three.did(at(skip, "B", { reason: "no need" }))
    expect(told.log.at(-1)).toMatchObject({ data: { phase: "B", visit: 1, reason: "no need" } })
    expect(told.visit("B")).toMatchObject({
      status: "skipped",
      tasks: [{ status: "deferred" }, { status: "deferred" }]
    })
    expect(told.view.progress.total).toBe(2)
    told.when(at(skip, "B", {})).thenNothing()
    told
      .did(...completes("A1"))
      .when(goes("A"))
      .thenYields(left("A"), entered("C"))
  })
  it("of the first phase begins the run with the second", () =>
    expect(three.did(at(skip, "A", {})).view).toMatchObject({ status: "not_started", startable: ["B1", "B2"] }))
  it("is refused once it has started, for the end of the run, and behind", () => {
    three
      .did(starts("A1"))
      .when(at(skip, "A", {}))
      .thenRefused("PhaseRefuses", {
        message: "Phase A is in progress: it has started"
      })
    three.when(at(skip, "C", {})).thenRefused("PhaseRefuses", { message: "Phase C is not started: the run ends there" })
    three
      .did(at(block, "B", { reason: "x" }))
      .when(at(skip, "B", {}))
      .thenRefused("Stopped")
  })
  it("does not need the checkpoint before it", () =>
    expect(
      running(phase("A", { tasks: ["A1"], checkpoint: anybody }), phase("B"), phase("C"))
        .did(...completes("A1"), at(skip, "B", {}))
        .by(ann).view.status
    ).toBe("awaiting_confirmation"))
})
