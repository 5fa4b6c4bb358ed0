import { describe, expect, it } from "vitest"
import { requestSignoff, skip } from "./run.decide.phases.ts"
import { addTask, completeTask, deferTask, failTask, moveTask, reopenTask, TASKS_MAXIMUM } from "./run.decide.tasks.ts"
import { cancel, pause, unstick } from "./run.decide.ts"
import { completed, entered, left, named, started } from "./run.events.spec-support.ts"
import { asking, at, bare, completes, decides, fred, goes, on, phase, running, starts } from "./run.spec-support.ts"

const two = running(phase("A", { tasks: ["A1", "A2 < A1"] }), phase("B", { tasks: ["B1"] }))

describe("complete", () => {
  it("starts a pending task too", () =>
    two.when(at(completeTask, "A1", {})).thenYields(entered("A"), started("A1"), completed("A1")))
  it("keeps what the task leaves", () =>
    two
      .did(starts("A1"))
      .when(at(completeTask, "A1", { decisions: ["d"], risks: ["r"], notes: ["n"], artifacts: ["a"] }))
      .thenYields({
        type: "run.task-completed",
        data: { ...named("A1"), output: { decisions: ["d"], risks: ["r"], notes: ["n"], artifacts: ["a"] } }
      }))
  it("a pending one only where it may start", () =>
    two.when(at(completeTask, "A2", {})).thenRefused("DependenciesOpen"))
  it("again changes nothing", () =>
    two
      .did(...completes("A1"))
      .when(at(completeTask, "A1", {}))
      .thenNothing())
  it("a failed one is refused: it has to be started again", () =>
    two
      .did(starts("A1"), at(failTask, "A1", {}))
      .when(at(completeTask, "A1", {}))
      .thenRefused("InvalidTaskTransition"))
  it("goes on while the run is paused, if it was under way", () => {
    const told = two.did(starts("A1"), on(pause, {}))
    told.when(at(completeTask, "A1", {})).thenYields(completed("A1"))
    two
      .did(on(pause, {}))
      .when(at(completeTask, "A1", {}))
      .thenRefused("RunIsPaused")
  })
  it("is refused when the run has ended", () =>
    two
      .did(...completes("A1", "A2", "B1"))
      .when(at(completeTask, "A1", {}))
      .thenRefused("RunEnded", {
        message: "The run has ended: it is completed"
      }))
})

describe("fail, defer, move, reopen", () => {
  it.each([
    ["pending", two, failTask, "failed"],
    ["completed", two.did(...completes("A1")), failTask, "failed"],
    ["completed", two.did(...completes("A1")), deferTask, "deferred"],
    ["completed", two.did(...completes("A1")), moveTask, "moved"],
    ["moved", two.did(at(moveTask, "A1", {})), deferTask, "deferred"],
    ["deferred", two.did(at(deferTask, "A1", {})), moveTask, "moved"],
    ["in_progress", two.did(starts("A1")), reopenTask, "pending"],
    ["moved", two.did(at(moveTask, "A1", {})), reopenTask, "pending"]
  ] as const)("from %s is no way: %#", (from, told, command, to) =>
    told.when(at(command, "A1", {})).thenRefused("InvalidTaskTransition", { from, to })
  )
  it("fail says why, and the phase waits on", () => {
    const told = two.did(starts("A1"), at(failTask, "A1", { reason: "red" }))
    expect(told.log.at(-1)).toMatchObject({ type: "run.task-failed", data: { ...named("A1"), reason: "red" } })
    told.when(goes("A")).thenRefused("PhaseUnfinished", { needs: "tasks", missing: ["A1", "A2"] })
    expect(told.view.startable).toEqual(["A1"])
  })
  it("deferred and moved tasks leave the totals and end the phase", () => {
    const told = two.did(at(deferTask, "A1", { reason: "later" }), at(moveTask, "A2", { to: "phase 7" }))
    expect(told.view.progress).toEqual({ done: 0, total: 1, percent: 0 })
    expect(told.log.slice(-2)).toMatchObject([
      { data: { ...named("A1"), reason: "later" } },
      { data: { ...named("A2"), to: "phase 7", reason: null } }
    ])
    told.did(goes("A")).when(starts("B1")).thenYields(started("B1", "B"))
  })
  it.each([deferTask, moveTask])("twice changes nothing", (command) =>
    two
      .did(at(command, "A1", {}))
      .when(at(command, "A1", { reason: "other" }))
      .thenNothing()
  )
  it("a deferred task is taken up again", () => {
    const told = two.did(at(deferTask, "A1", {}), at(reopenTask, "A1", {}))
    expect(told.view.progress.total).toBe(3)
    told.when(at(reopenTask, "A1", {})).thenNothing()
  })
  it("but not in a phase that was left", () =>
    two
      .did(...completes("A1"), at(deferTask, "A2", {}), starts("B1"))
      .when(at(reopenTask, "A2", {}))
      .thenRefused("PhaseRefuses", {
        message: "Phase A is completed: the run has left it"
      }))
})

describe("add", () => {
  const more = { key: "A3", title: "More", phase: "A" }
  const added = {
    type: "run.task-added",
    data: { ...named("A3"), visit: 1, title: "More", dependsOn: [], estimate: null }
  } as const
  it("adds to the phase's newest visit", () => two.when(on(addTask, more)).thenYields(added))
  it("the same again changes nothing, another one of its key is refused", () => {
    const told = two.did(on(addTask, more))
    told.when(on(addTask, more)).thenNothing()
    told
      .when(on(addTask, { ...more, title: "Other" }))
      .thenRefused("TaskExists", { message: "The run has another task A3" })
    told.when(on(addTask, { ...more, phase: "B" })).thenRefused("TaskExists")
  })
  it("needs a phase of the run", () =>
    two.when(on(addTask, { ...more, phase: "Z" })).thenRefused("InputRefused", {
      issues: [{ pointer: "/phase", message: "is no phase of this run" }]
    }))
  it("depends on tasks that there are, in no later phase, and not on itself", () =>
    two.when(on(addTask, { ...more, dependsOn: ["A1", "Z9", "B1", "A3"] })).thenRefused("InputRefused", {
      issues: [
        { pointer: "/dependsOn/1", message: "is no task of this run" },
        { pointer: "/dependsOn/2", message: "is a task of the later phase B" },
        { pointer: "/dependsOn/3", message: "is the task itself" }
      ]
    }))
  it("reports bad input before the end of the run", () => {
    const over = two.did(on(cancel, {}))
    over.when(on(addTask, { ...more, phase: "Z" })).thenRefused("InputRefused")
    over.when(on(addTask, more)).thenRefused("RunEnded")
  })
  it("is refused in a phase that was left", () =>
    two
      .did(...completes("A1", "A2"), starts("B1"))
      .when(on(addTask, more))
      .thenRefused("PhaseRefuses", {
        message: "Phase A is completed: the run has left it"
      }))
  it("is refused in a phase that is signed off", () =>
    running(phase("A", { tasks: ["A1"], signoff: asking() }), phase("B"))
      .did(...completes("A1"), at(requestSignoff, "A", {}))
      .by(fred)
      .did(decides("signoff", "A", "approve"))
      .when(on(addTask, more))
      .thenRefused("PhaseLocked", { message: "Phase A is signed off and locked" }))
  it("counts for the totals", () => expect(two.did(on(addTask, more)).view.progress.total).toBe(4))
  it("a run holds so many tasks at most", () => {
    const tasks = Array.from({ length: TASKS_MAXIMUM }, (_, index) => `T${index}`)
    running(phase("A", { tasks })).when(on(addTask, more)).thenRefused("RunIsFull", {
      message: "A run holds 10000 tasks at most"
    })
  })
})

describe("what waits in vain", () => {
  const told = two.did(at(deferTask, "A1", {}))
  it("is said", () => {
    expect(told.view.stuck).toEqual(["Task A2 waits for A1, which will not be completed"])
    expect(two.view.stuck).toEqual([])
  })
  it("is moved on by a command, once", () => {
    told.when(bare(unstick)).thenYields({ type: "run.dependency-waived", data: { ...named("A2"), dependsOn: ["A1"] } })
    const free = told.did(bare(unstick))
    expect(free.view.stuck).toEqual([])
    expect(free.view.startable).toEqual(["A2"])
    free.when(bare(unstick)).thenNothing()
  })
  it("is there too where a phase was skipped", () => {
    const skipped = running(
      phase("A", { tasks: ["A1"] }),
      phase("B", { tasks: ["B1"] }),
      phase("C", { tasks: ["C1 < B1"] })
    ).did(...completes("A1"), at(skip, "B", {}))
    expect(skipped.view.stuck).toEqual(["Task C1 waits for B1, which will not be completed"])
    skipped.did(bare(unstick)).when(starts("C1")).thenYields(left("A"), entered("C"), started("C1", "C"))
  })
})
