import { describe, expect, it } from "vitest"
import { answerQuestion, askQuestion } from "./run.decide.notes.ts"
import { addTask, deferTask } from "./run.decide.tasks.ts"
import { resume } from "./run.decide.ts"
import { anybody, at, bare, completes, on, phase, running, says, starts, type Told } from "./run.spec-support.ts"
import { run } from "./run.stream.ts"

/** The domain page's table: a plan of five workstreams with a checkpoint after each. */

const workstream = (id: string, count: number) =>
  phase(id, { tasks: Array.from({ length: count }, (_, index) => `${id}${index + 1}`), checkpoint: anybody })
const started = running(
  workstream("A", 3),
  workstream("B", 5),
  workstream("C", 3),
  workstream("D", 4),
  workstream("E", 1)
)
const stand = ({ view: { status, progress, openCheckpoints } }: Told) => ({
  status,
  progress: [progress.done, progress.total],
  open: openCheckpoints.map((one) => one.phase)
})

const confirmA = started.did(...completes("A1", "A2", "A3"))
const paused = confirmA.did(says("A", "review"), says("A", "pause"))
const underWay = paused.did(bare(resume), says("A", "proceed"))
const changed = underWay.did(
  ...completes("B1", "B2", "B3"),
  at(deferTask, "B4", {}),
  on(addTask, { key: "C2b", title: "Deployment", phase: "C" })
)
const finished = changed.did(
  ...completes("B5"),
  says("B", "proceed"),
  ...completes("C1", "C2", "C3", "C2b"),
  says("C", "proceed"),
  ...completes("D1", "D2", "D3", "D4"),
  says("D", "proceed"),
  ...completes("E1")
)
const completed = finished.did(says("E", "proceed"))

describe("a plan of five workstreams", () => {
  it("start a run", () => expect(stand(started)).toEqual({ status: "not_started", progress: [0, 16], open: [] }))
  it("finish A1 to A3", () =>
    expect(stand(confirmA)).toEqual({ status: "awaiting_confirmation", progress: [3, 16], open: ["A"] }))
  it("start B1 is refused, naming checkpoint A", () =>
    confirmA.when(starts("B1")).thenRefused("CheckpointIsOpen", { phase: "A" }))
  it("review keeps waiting, pause pauses, also after everything was restarted", () => {
    expect(stand(confirmA.did(says("A", "review"))).status).toBe("awaiting_confirmation")
    expect(stand(paused)).toEqual({ status: "paused", progress: [3, 16], open: ["A"] })
    expect(paused.log.reduce(run.evolve, run.initial)).toEqual(paused.state)
    expect(run.decode(JSON.parse(JSON.stringify(run.encode(paused.state))))).toEqual(paused.state)
  })
  it("resume and proceed: B1 is startable at once", () =>
    expect(underWay.view).toMatchObject({ status: "in_progress", startable: ["B1", "B2", "B3", "B4", "B5"] }))
  it("proceed again is refused", () => underWay.when(says("A", "proceed")).thenRefused("CheckpointNotOpen"))
  it("B4 deferred and C2b added are still 16", () => expect(stand(changed).progress).toEqual([6, 16]))
  it("a question on B waits for its answer", () => {
    const asked = changed.did(on(askQuestion, { text: "Which?", phase: "B" }))
    expect(stand(asked).status).toBe("awaiting_input")
    asked.when(starts("B5")).thenRefused("Stopped")
    const id = asked.view.openQuestions[0]?.id ?? ""
    expect(stand(asked.did(on(answerQuestion, { id, answer: "that" }))).status).toBe("in_progress")
  })
  it("finish all", () =>
    expect(stand(finished)).toEqual({ status: "awaiting_confirmation", progress: [16, 16], open: ["E"] }))
  it("confirm the last: completed, and every task command is refused", () => {
    expect(completed.view).toMatchObject({ status: "completed", progress: { done: 16, total: 16, percent: 100 } })
    for (const key of ["A1", "B4", "E1"]) completed.when(starts(key)).thenRefused("RunEnded")
    completed.when(on(addTask, { key: "E2", title: "More", phase: "E" })).thenRefused("RunEnded")
  })
})
