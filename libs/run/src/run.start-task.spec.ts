import { describe, expect, it } from "vitest"
import { askQuestion, raiseBlocker } from "./run.decide.notes.ts"
import { block, skip } from "./run.decide.phases.ts"
import { addTask, completeTask, deferTask, failTask, moveTask } from "./run.decide.tasks.ts"
import { cancel, pause } from "./run.decide.ts"
import { completed, entered, left, started } from "./run.events.spec-support.ts"
import { anybody, at, completes, nothing, on, phase, RUN_ID, running, says, starts } from "./run.spec-support.ts"

const two = running(phase("A", { tasks: ["A1", "A2 < A1"] }), phase("B", { tasks: ["B1"] }))

describe("start", () => {
  it("begins the run with its first task", () => two.when(starts("A1")).thenYields(entered("A"), started("A1")))
  it("the second of a phase begins nothing else", () =>
    two
      .did(...completes("A1"))
      .when(starts("A2"))
      .thenYields(started("A2")))
  it("is refused where a budget blocks, once nothing else does", () => {
    const block = { budgetId: "b-1", name: "October", until: "2026-11-01T00:00:00.000Z" }
    two.when(starts("A1", [block, { ...block, budgetId: "b-2" }])).thenRefused("BudgetExceeded", {
      ...block,
      message: "Budget October is used up: nothing new starts in its scope until 2026-11-01T00:00:00.000Z"
    })
    two.when(starts("A2", [block])).thenRefused("DependenciesOpen")
    two
      .did(starts("A1"))
      .when(starts("A1", [block]))
      .thenNothing()
  })
  it("again changes nothing", () => two.did(starts("A1")).when(starts("A1")).thenNothing())
  it("needs a run", () => nothing.when(starts("A1")).thenRefused("RunNotFound", { runId: RUN_ID }))
  it("needs a task of the run", () =>
    two.when(starts("Z9")).thenRefused("TaskNotFound", { message: "The run has no task Z9" }))
  it("needs what the task depends on completed", () =>
    two.when(starts("A2")).thenRefused("DependenciesOpen", {
      open: ["A1"],
      message: "Task A2 depends on A1, which must be completed first"
    }))
  it.each([
    ["deferred", deferTask],
    ["moved", moveTask]
  ] as const)("is not satisfied with a dependency that is %s", (_, end) =>
    two
      .did(starts("A1"), at(end, "A1", {}))
      .when(starts("A2"))
      .thenRefused("DependenciesOpen", { open: ["A1"] })
  )
  it("takes the run on from a phase that has everything it needs", () =>
    two
      .did(...completes("A1", "A2"))
      .when(starts("B1"))
      .thenYields(left("A"), entered("B"), started("B1", "B")))
  it("does not take it on while tasks of the phase before are open", () =>
    two
      .did(starts("A1"))
      .when(starts("B1"))
      .thenRefused("PhaseUnfinished", {
        needs: "tasks",
        missing: ["A1", "A2"],
        message: "Phase A needs its tasks to end: A1, A2"
      }))
  it("does not begin a run elsewhere than in its first phase", () =>
    two.when(starts("B1")).thenRefused("PhaseRefuses", {
      message: "Phase B is not started: the run begins with phase A"
    }))
  it("does not jump over a phase", () =>
    running(phase("A", { tasks: ["A1"] }), phase("B", { tasks: ["B1"] }), phase("C", { tasks: ["C1"] }))
      .did(...completes("A1"))
      .when(starts("C1"))
      .thenRefused("TransitionNotAllowed", { message: "From phase A the run goes to B, not to C" }))
  it("may jump where the workflow says so, and skips what lies between", () =>
    running(
      phase("A", { tasks: ["A1"], transitions: ["B", "C"] }),
      phase("B", { tasks: ["B1"] }),
      phase("C", { tasks: ["C1"] })
    )
      .did(...completes("A1"))
      .when(starts("C1"))
      .thenYields(
        left("A"),
        { type: "run.phase-skipped", data: { phase: "B", visit: 1, reason: null } },
        entered("C"),
        started("C1", "C")
      ))
  it("goes on beyond a phase that was skipped", () =>
    running(phase("A", { tasks: ["A1"] }), phase("B", { tasks: ["B1"] }), phase("C", { tasks: ["C1"] }))
      .did(...completes("A1"), at(skip, "B", {}))
      .when(starts("C1"))
      .thenYields(left("A"), entered("C"), started("C1", "C")))
  it("a failed task starts again", () =>
    two
      .did(starts("A1"), at(failTask, "A1", {}))
      .when(starts("A1"))
      .thenYields(started("A1")))
  it.each([
    ["completed", completeTask],
    ["deferred", deferTask],
    ["moved", moveTask]
  ] as const)("a task that is %s does not", (status, end) =>
    two
      .did(starts("A1"), at(end, "A1", {}))
      .when(starts("A1"))
      .thenRefused("InvalidTaskTransition", {
        from: status,
        message: `Task A1: invalid transition from ${status} to in_progress`
      })
  )
})

describe("start is stopped, in this order", () => {
  const checked = running(phase("A", { tasks: ["A1"], checkpoint: anybody }), phase("B", { tasks: ["B1 < A1", "B2"] }))
  it("by the end of the run", () =>
    two.did(on(pause, {}), on(cancel, {})).when(starts("A1")).thenRefused("RunEnded", {
      message: "The run has ended: it is cancelled"
    }))
  it("by a pause", () =>
    checked
      .did(...completes("A1"), on(pause, {}))
      .when(starts("B1"))
      .thenRefused("RunIsPaused", {
        message: "The run is paused; resume it first"
      }))
  it("by the open checkpoint of the phase before", () =>
    checked
      .did(...completes("A1"), at(block, "B", { reason: "no site" }))
      .when(starts("B1"))
      .thenRefused("CheckpointIsOpen", {
        phase: "A",
        message: "Checkpoint A waits for somebody to say proceed"
      }))
  it("by a block of its phase", () =>
    two
      .did(on(askQuestion, { text: "Which?" }), at(block, "A", { reason: "no site" }))
      .when(starts("A2"))
      .thenRefused("Stopped", { by: "block", message: "Stopped by a block: no site" }))
  it("by a blocker", () =>
    two
      .did(on(askQuestion, { text: "Which?" }), on(raiseBlocker, { text: "No key" }))
      .when(starts("A2"))
      .thenRefused("Stopped", { by: "blocker", message: "Stopped by a blocker: No key" }))
  it("by a question", () =>
    two
      .did(on(askQuestion, { text: "Which?" }))
      .when(starts("A2"))
      .thenRefused("Stopped", { by: "question", message: "Stopped by a question: Which?" }))
  it("by its dependencies", () =>
    checked
      .did(
        ...completes("A1"),
        says("A", "proceed"),
        on(addTask, { key: "B3", title: "More", phase: "B", dependsOn: ["B2"] })
      )
      .when(starts("B3"))
      .thenRefused("DependenciesOpen", { open: ["B2"] }))
})

describe("a question or blocker stops what it names", () => {
  const wide = running(phase("A", { tasks: ["A1", "A2"] }), phase("B", { tasks: ["B1"] }))
  it.each([askQuestion, raiseBlocker])("a task", (raise) => {
    const told = wide.did(on(raise, { text: "?", task: "A1" }))
    told.when(starts("A1")).thenRefused("Stopped")
    told.when(starts("A2")).thenYields(entered("A"), started("A2"))
    expect(told.view.startable).toEqual(["A2"])
  })
  it.each([askQuestion, raiseBlocker])("a phase", (raise) => {
    const told = wide.did(...completes("A1", "A2"), on(raise, { text: "?", phase: "B" }))
    told.when(starts("B1")).thenRefused("Stopped")
    wide
      .did(on(raise, { text: "?", phase: "B" }))
      .when(starts("A1"))
      .thenYields(entered("A"), started("A1"))
  })
  it("a task under way may end all the same", () =>
    wide
      .did(starts("A1"), on(raiseBlocker, { text: "!" }))
      .when(at(completeTask, "A1", {}))
      .thenYields(completed("A1")))
})
