import { decodeEvent, schemaVersionOf } from "@sluice/contracts/event/event.registry"
import { BriefView, ContextView, PhaseDetail, PhaseView, RunView, TimelineEntry } from "@sluice/contracts/run/run.views"
import { Result, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { brief } from "./run.brief.ts"
import { contextBefore, type LoggedOutput } from "./run.context.ts"
import { askQuestion, raiseBlocker } from "./run.decide.notes.ts"
import { recordEvidence, requestSignoff, validateGate } from "./run.decide.phases.ts"
import { completeTask } from "./run.decide.tasks.ts"
import { pause } from "./run.decide.ts"
import { phaseDetails, phaseViews } from "./run.phase-views.ts"
import {
  ada,
  ann,
  anybody,
  askedFor,
  asking,
  at,
  completes,
  decides,
  goes,
  nothing,
  on,
  phase,
  RUN_ID,
  running,
  says,
  starts,
  type Told
} from "./run.spec-support.ts"
import { timelineEntry } from "./run.timeline.ts"
import { view } from "./run.view.ts"

/** What is shown has exactly the fields that the published language names. */
const shown = <S extends Schema.Codec<unknown, unknown>>(schema: S, value: unknown): unknown =>
  Schema.decodeUnknownSync(schema, { onExcessProperty: "error", errors: "all" })(value)

const fresh = running(
  phase("A", {
    tasks: ["A1", "A2 < A1"],
    signoff: asking(),
    checkpoint: anybody,
    prompt: "Think",
    nextSteps: ["Draw"]
  }),
  phase("B", { tasks: ["B1"], prompt: "Build" })
)
const evidence = at(recordEvidence, "A", {
  type: "doc",
  ref: "doc/1",
  title: "Doc",
  kind: "design",
  attributes: { length: 3 }
})
const waiting = fresh.did(...completes("A1", "A2"), evidence, at(validateGate, "A", {}), at(requestSignoff, "A", {}))
const rejected = waiting.by(ann).did(decides("signoff", "A", "reject", "no tests"))
const entries = ({ log }: Told) =>
  log.map((fact) => timelineEntry({ ...fact, position: 100 + fact.version, time: fact.recordedAt }))
const briefOf = (told: Told) => brief(RUN_ID, told.state, entries(told).toReversed().slice(0, 10))

describe("what is shown", () => {
  it.each([fresh, waiting, rejected])("fits the published language: %#", (told) => {
    shown(RunView, told.view)
    shown(BriefView, briefOf(told))
    for (const one of phaseViews(RUN_ID, told.state)) shown(PhaseView, one)
    for (const one of phaseDetails(RUN_ID, told.state)) shown(PhaseDetail, one)
    for (const one of entries(told)) shown(TimelineEntry, one)
  })
  it("of a run that there is not is nothing, and asking for it a defect", () => {
    expect(phaseViews(RUN_ID, nothing.state)).toEqual([])
    expect(phaseDetails(RUN_ID, nothing.state)).toEqual([])
    expect(() => view(RUN_ID, nothing.state)).toThrow("does not exist")
  })
})

describe("the brief", () => {
  it("before the run begins shows its first phase", () =>
    expect(briefOf(fresh)).toMatchObject({
      summary: "Release 1: not started, 0 of 3 tasks (0 %)",
      phase: { id: "A" },
      prompt: "Think",
      nextSteps: ["Draw"],
      startable: [{ key: "A1", startable: true }]
    }))
  it("says where the run stands, what it waits for and what was found wanting", () => {
    const told = waiting.did(on(askQuestion, { text: "Which?" }), on(raiseBlocker, { text: "No key" }))
    expect(briefOf(told)).toMatchObject({
      summary:
        "Release 1: blocked in Phase A, 2 of 3 tasks (67 %); blocked: No key; asks: Which?; checkpoint A waits for somebody to say proceed",
      startable: [],
      waiting: [
        { phase: "A", for: "checkpoint", roles: ["*"] },
        { phase: "A", for: "signoff", approvalId: askedFor(told.state, "signoff", "A"), roles: ["reviewer"] }
      ]
    })
    expect(briefOf(rejected).gaps).toMatchObject([{ phase: "A", text: "no tests", open: true }])
    expect(briefOf(fresh.did(starts("A1"), on(pause, { reason: "lunch" }))).summary).toBe(
      "Release 1: paused in Phase A, 0 of 3 tasks (0 %); lunch"
    )
  })
  it("has the last ten entries, newest first", () => {
    const { history } = briefOf(waiting.did(...Array.from({ length: 9 }, () => at(validateGate, "A", {}))))
    expect(history).toHaveLength(10)
    expect(history[0]?.version).toBeGreaterThan(history[9]?.version ?? 0)
  })
})

describe("phases", () => {
  it("across runs say what waits, and with whom", () =>
    expect(phaseViews(RUN_ID, waiting.state)).toMatchObject([
      {
        runId: RUN_ID,
        runStatus: "awaiting_confirmation",
        phase: "A",
        order: 1,
        status: "ready_for_signoff",
        current: true,
        progress: { done: 2, total: 2, percent: 100 },
        waiting: [{ for: "checkpoint" }, { for: "signoff", required: [{ roles: ["reviewer"], count: 1 }] }],
        gaps: 0
      },
      { phase: "B", order: 2, status: "not_started", current: false, waiting: [] }
    ]))
  it("of one run have visits with tasks, evidence, gate, gaps and sign-off", () => {
    expect(phaseDetails(RUN_ID, rejected.state)[0]).toMatchObject({
      gaps: 1,
      visits: [
        {
          visit: 1,
          tasks: [{ key: "A1", startable: false }, { key: "A2" }],
          evidence: [{ ref: "doc/1", by: ada }],
          gate: { result: "not_configured", missing: [] },
          gaps: [{ text: "no tests", open: true }],
          signoff: null
        }
      ]
    })
    const signed = waiting.by(ann).did(decides("signoff", "A", "approve"))
    expect(phaseDetails(RUN_ID, signed.state)[0]?.visits[0]?.signoff).toMatchObject({
      by: ann,
      correlationId: "corr-1",
      approvalId: askedFor(signed.state, "signoff", "A")
    })
  })
  it("of a run that is over have all ended", () => {
    const over = waiting.by(ann).did(decides("signoff", "A", "approve"), says("A", "proceed"), ...completes("B1"))
    for (const { visits } of phaseDetails(RUN_ID, over.state)) expect(visits.at(-1)?.endedAt).not.toBeNull()
  })
  it("that were signed off last have ended with the run", () => {
    const last = running(phase("A", { tasks: ["A1"], signoff: asking() })).did(
      ...completes("A1"),
      at(requestSignoff, "A", {})
    )
    const over = last.by(ann).did(decides("signoff", "A", "approve"))
    expect(over.view.status).toBe("completed")
    expect(over.visit("A").endedAt).toBe(over.view.endedAt)
  })
})

describe("the timeline", () => {
  it("tells a run in words", () =>
    expect(entries(rejected).map(({ text }) => text)).toEqual([
      'Run "Release 1" of Release, version 1',
      "Phase A started",
      "Task A1 started",
      "Task A1 completed",
      "Task A2 started",
      "Task A2 completed",
      "Checkpoint A waits for somebody to say proceed",
      "Evidence for A: Doc (doc doc/1)",
      "Gate of A: not configured",
      "Sign-off of A asked for",
      "Sign-off of A rejected: no tests"
    ]))
  it("says which visit", () => {
    const told = running(
      phase("A", { tasks: ["A1"] }),
      phase("B", { transitions: ["C", "A"] }),
      phase("C", { tasks: ["C1"] })
    )
    expect(
      entries(told.did(...completes("A1"), goes("A"), goes("B", "A", { reason: "a fault" })))
        .slice(-2)
        .map(({ text }) => text)
    ).toEqual(["Back from B to A: a fault", "Phase A started (visit 2): a fault"])
  })
})

describe("the context", () => {
  const output = (more: Partial<LoggedOutput["output"]>) => ({
    decisions: [],
    risks: [],
    notes: [],
    artifacts: [],
    ...more
  })
  const told = running(
    phase("A", { tasks: ["A1", "A2"] }),
    phase("B", { tasks: ["B1"] }),
    phase("C", { tasks: ["C1"] })
  ).did(
    at(completeTask, "A2", output({ decisions: ["d2", "d1"], notes: ["n"] })),
    at(completeTask, "A1", output({ decisions: ["d1", "d3"], risks: ["r"] })),
    at(completeTask, "B1", output({ decisions: ["d3", "d4"], artifacts: ["a"] }))
  )
  const outputs = told.log.flatMap((fact): ReadonlyArray<LoggedOutput> => {
    const event = decodeEvent({ ...fact, schemaVersion: schemaVersionOf(fact.type), metadata: fact })
    return event.type === "run.task-completed" ? [event.data] : []
  })
  const upTo = (id: string | null) => contextBefore(RUN_ID, told.state, outputs, id)

  it("is what completed tasks left, in their order, without duplicates", () => {
    const all = Result.getOrThrow(upTo(null))
    expect(all).toEqual({
      runId: RUN_ID,
      phase: null,
      decisions: ["d2", "d1", "d3", "d4"],
      risks: ["r"],
      notes: ["n"],
      artifacts: ["a"]
    })
    shown(ContextView, all)
  })
  it("up to a phase is that of strictly earlier ones", () => {
    expect(Result.getOrThrow(upTo("A")).decisions).toEqual([])
    expect(Result.getOrThrow(upTo("B")).decisions).toEqual(["d2", "d1", "d3"])
    expect(Result.getOrThrow(upTo("C")).artifacts).toEqual(["a"])
  })
  it("needs a phase of the run", () =>
    expect(Result.isFailure(upTo("Z")) && upTo("Z")).toMatchObject({
      failure: { _tag: "PhaseNotFound" }
    }))
})
