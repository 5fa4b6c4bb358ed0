import { minute, minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { DateTime } from "effect"
import { describe, expect, it } from "vitest"
import { completeTask } from "./run.decide.tasks.ts"
import { cancel, fail, markOverdue, pause, resume, unstick } from "./run.decide.ts"
import { timersOf } from "./run.due.ts"
import {
  ada,
  at,
  bare,
  begins,
  completes,
  nothing,
  on,
  phase,
  plan,
  RUN_ID,
  starts,
  WORKFLOW
} from "./run.spec-support.ts"

const definition = plan(phase("A", { tasks: ["A1"] }), phase("B", { tasks: ["B1"] }))
const deadline = (minutes: number) => ({ deadline: DateTime.makeUnsafe(minute(minutes)) })
const fresh = nothing.did(begins(definition))
const ended = fresh.did(on(cancel, {}))

describe("start", () => {
  it("takes the whole definition along; nothing of it begins", () => {
    nothing.when(begins(definition)).thenYields({
      type: "run.started",
      data: { runId: RUN_ID, workflow: WORKFLOW, title: "Release 1", deadline: null, definition }
    })
    expect(fresh.view).toMatchObject({
      status: "not_started",
      currentPhase: null,
      progress: { done: 0, total: 2, percent: 0 },
      startedBy: ada,
      version: 1
    })
  })
  it("of a run that exists changes nothing", () => fresh.when(begins(definition, { title: "Other" })).thenNothing())
  it("takes a deadline in the future", () => {
    expect(nothing.did(begins(definition, deadline(5))).view.deadline).toBe(minuteIso(5))
    nothing.when(begins(definition, deadline(0))).thenRefused("InputRefused", {
      issues: [{ pointer: "/deadline", message: "must be in the future" }]
    })
  })
})

describe("commands on the whole run", () => {
  const commands = [
    ["pause", on(pause, {})],
    ["resume", bare(resume)],
    ["cancel", on(cancel, {})],
    ["fail", on(fail, {})],
    ["unstick", bare(unstick)],
    ["overdue", bare(markOverdue)]
  ] as const
  it.each(commands)("%s needs a run", (_, deed) => nothing.when(deed).thenRefused("RunNotFound", { runId: RUN_ID }))
  it.each(commands.filter(([name]) => name !== "cancel" && name !== "overdue"))(
    "%s is refused when it has ended",
    (_, deed) => ended.when(deed).thenRefused("RunEnded", { status: "cancelled" })
  )
})

describe("pause and resume", () => {
  const paused = fresh.did(on(pause, { reason: "lunch" }))
  it("pauses once, and says why", () => {
    fresh.when(on(pause, { reason: "lunch" })).thenYields({ type: "run.paused", data: { reason: "lunch" } })
    paused.when(on(pause, { reason: "other" })).thenNothing()
    expect(paused.view).toMatchObject({ status: "paused", reason: "lunch", startable: [] })
  })
  it("resumes where it was", () => {
    paused.when(bare(resume)).thenYields({ type: "run.resumed", data: {} })
    fresh.when(bare(resume)).thenNothing()
    expect(paused.did(bare(resume)).view).toMatchObject({ status: "not_started", reason: null, startable: ["A1"] })
  })
  it("what ends meanwhile ends the run only when it is resumed", () => {
    const told = fresh.did(...completes("A1"), starts("B1"), on(pause, {}), at(completeTask, "B1", {}))
    expect(told.view).toMatchObject({ status: "paused", progress: { percent: 100 } })
    expect(told.did(bare(resume)).happened(told.log.length)).toEqual(["resumed", "phase-completed", "completed"])
  })
})

describe("cancel and fail", () => {
  it.each([
    ["cancelled", cancel, fail],
    ["failed", fail, cancel]
  ] as const)("%s is the end", (status, command, other) => {
    fresh.when(on(command, { reason: "why" })).thenYields({ type: `run.${status}`, data: { reason: "why" } })
    const told = fresh.did(on(command, { reason: "why" }))
    expect(told.view).toMatchObject({ status, reason: "why", endedAt: minuteIso(1), startable: [] })
    told.when(on(command, {})).thenNothing()
    told.when(on(other, {})).thenRefused("RunEnded", { status })
  })
  it("a run that is completed is neither", () => {
    const told = fresh.did(...completes("A1", "B1"))
    told.when(on(cancel, {})).thenRefused("RunEnded", { status: "completed" })
    told.when(on(fail, {})).thenRefused("RunEnded", { status: "completed" })
  })
  it("is possible while it is paused", () => expect(fresh.did(on(pause, {}), on(fail, {})).view.status).toBe("failed"))
})

describe("the deadline", () => {
  const due = nothing.did(begins(definition, deadline(5)))
  it("passes once, and the run goes on", () => {
    due.when(bare(markOverdue)).thenNothing()
    due
      .later(4)
      .when(bare(markOverdue))
      .thenYields({ type: "run.overdue", data: { deadline: minuteIso(5) } })
    const told = due.later(4).did(bare(markOverdue))
    expect(told.view).toMatchObject({ overdue: true, status: "not_started" })
    told.when(bare(markOverdue)).thenNothing()
    told
      .when(starts("A1"))
      .thenYields(
        { type: "run.phase-started", data: { phase: "A", visit: 1, reason: null } },
        { type: "run.task-started", data: { id: due.visit("A").tasks[0]?.id as string, key: "A1", phase: "A" } }
      )
  })
  it("passes no more when the run has ended", () =>
    due.later(9).did(on(cancel, {})).when(bare(markOverdue)).thenNothing())
  it("calls for a timer while it is to come", () => {
    expect(timersOf(due.state)).toMatchObject([{ kind: "run-deadline", dueAt: minuteIso(5) }])
    for (const told of [nothing, fresh, due.did(on(cancel, {})), due.later(4).did(bare(markOverdue))])
      expect(timersOf(told.state)).toEqual([])
  })
})
