import { describe, expect, it } from "vitest"
import {
  answerQuestion,
  askQuestion,
  NOTES_MAXIMUM,
  raiseBlocker,
  reachMilestone,
  recordDecision,
  resolveBlocker
} from "./run.decide.notes.ts"
import { cancel } from "./run.decide.ts"
import { ada, completes, nothing, on, phase, running, starts } from "./run.spec-support.ts"

const fresh = running(phase("A", { tasks: ["A1"] }), phase("B", { tasks: ["B1"] }))
const ended = fresh.did(on(cancel, {}))
const ask = on(askQuestion, { text: "Which?" })
const raise = on(raiseBlocker, { text: "No key" })
const question = fresh.did(ask)
const blocker = fresh.did(raise)
const [asked] = question.view.openQuestions
const [raised] = blocker.view.blockers
const answers = (answer: string) => on(answerQuestion, { id: asked?.id ?? "", answer })
const resolves = (resolution: string | null) => on(resolveBlocker, { id: raised?.id ?? "", resolution })

describe("questions", () => {
  it("are put to a role about a phase, a task or the whole run", () => {
    const told = fresh.did(on(askQuestion, { text: "Which?", role: "pm", phase: "B" }))
    expect(told.view.openQuestions).toMatchObject([{ text: "Which?", role: "pm", phase: "B", task: null, by: ada }])
    expect(told.view.status).toBe("awaiting_input")
  })
  it("name what there is", () =>
    fresh.when(on(askQuestion, { text: "?", phase: "Z", task: "Z9" })).thenRefused("InputRefused", {
      issues: [
        { pointer: "/phase", message: "is no phase of this run" },
        { pointer: "/task", message: "is no task of this run" }
      ]
    }))
  it("are answered once", () => {
    question
      .when(answers("that"))
      .thenYields({ type: "run.question-answered", data: { id: asked?.id ?? "", answer: "that" } })
    const told = question.did(answers("that"))
    expect(told.view).toMatchObject({ status: "not_started", openQuestions: [] })
    told.when(answers("that")).thenNothing()
    told.when(answers("this")).thenRefused("AlreadySettled", { message: "This was settled before" })
  })
  it("have to be there to be answered, also when the run has ended", () => {
    fresh.when(answers("that")).thenRefused("QuestionNotFound")
    ended.when(answers("that")).thenRefused("QuestionNotFound")
    question.did(on(cancel, {})).when(answers("that")).thenRefused("RunEnded")
  })
})

describe("blockers", () => {
  it("block the run until they are resolved", () => {
    expect(blocker.view).toMatchObject({ status: "blocked", blockers: [{ text: "No key", by: ada }] })
    blocker
      .when(resolves("found"))
      .thenYields({ type: "run.blocker-resolved", data: { id: raised?.id ?? "", resolution: "found" } })
    const told = blocker.did(resolves("found"))
    expect(told.view).toMatchObject({ status: "not_started", blockers: [] })
    told.when(resolves("found")).thenNothing()
    told.when(resolves(null)).thenRefused("AlreadySettled")
  })
  it("have to be there to be resolved", () => fresh.when(resolves(null)).thenRefused("BlockerNotFound"))
})

describe("the end of a run waits for a question about the whole of it, and follows its answer", () => {
  it.each([
    ["question", ask, () => answers("that")],
    ["blocker", raise, () => resolves("found")]
  ] as const)("%s", (_, opens, closes) => {
    const told = fresh.did(opens)
    expect(told.view.startable).toEqual([])
    const after = told.did(closes(), ...completes("A1"), starts("B1"), opens, ...completes("B1"))
    expect(after.view.status).not.toBe("completed")
    const { openQuestions, blockers } = after.view
    const close =
      openQuestions.length > 0
        ? on(answerQuestion, { id: openQuestions[0]?.id ?? "", answer: "!" })
        : on(resolveBlocker, { id: blockers[0]?.id ?? "" })
    expect(after.did(close).view.status).toBe("completed")
  })
})

describe("decisions and milestones", () => {
  it("are recorded", () => {
    fresh.when(on(recordDecision, { text: "Postgres", rationale: "known", phase: "A" })).thenYields({
      type: "run.decision-recorded",
      data: { id: fresh.context.freshId, text: "Postgres", rationale: "known", phase: "A" }
    })
    fresh.when(on(recordDecision, { text: "x", phase: "Z" })).thenRefused("InputRefused")
    expect(fresh.did(on(reachMilestone, { key: "M1", title: "Schema" })).view.milestones).toMatchObject([
      { key: "M1", title: "Schema" }
    ])
  })
  it("a milestone is reached once", () =>
    fresh
      .did(on(reachMilestone, { key: "M1", title: "Schema" }))
      .when(on(reachMilestone, { key: "M1", title: "Other" }))
      .thenNothing())
})

describe("every note", () => {
  const notes = [
    ["question", ask],
    ["blocker", raise],
    ["decision", on(recordDecision, { text: "x" })],
    ["milestone", on(reachMilestone, { key: "M1", title: "Schema" })]
  ] as const
  it.each(notes)("%s needs a run", (_, note) => nothing.when(note).thenRefused("RunNotFound"))
  it.each(notes)("%s is refused when the run has ended", (_, note) => ended.when(note).thenRefused("RunEnded"))
  it("bad input is reported before the end of the run", () =>
    ended.when(on(askQuestion, { text: "?", phase: "Z" })).thenRefused("InputRefused"))
  it.each([
    ["questions", Array.from({ length: NOTES_MAXIMUM }, () => ask), ask],
    ["blockers", Array.from({ length: NOTES_MAXIMUM }, () => raise), raise],
    [
      "milestones",
      Array.from({ length: NOTES_MAXIMUM }, (_, index) => on(reachMilestone, { key: `K${index}`, title: "x" })),
      on(reachMilestone, { key: "M1", title: "x" })
    ]
  ] as const)("a run holds so many %s at most", (what, many, one) =>
    fresh
      .did(...many)
      .when(one)
      .thenRefused("RunIsFull", { message: `A run holds 1000 ${what} at most` })
  )
})
