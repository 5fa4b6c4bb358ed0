import { person } from "@sluice/contracts/testing/testing.given-when-then"
import type { WorkflowDefinition } from "@sluice/contracts/workflow/workflow.definition"
import { Result, Schema } from "effect"
import {
  answerQuestion,
  askQuestion,
  raiseBlocker,
  reachMilestone,
  recordDecision,
  resolveBlocker
} from "./run.decide.notes.ts"
import { block, recordEvidence, requestSignoff, skip, unblock, validateGate } from "./run.decide.phases.ts"
import { addTask, completeTask, deferTask, failTask, moveTask, reopenTask } from "./run.decide.tasks.ts"
import { cancel, fail, markOverdue, pause, resume, unstick } from "./run.decide.ts"
import {
  ada,
  ann,
  anybody,
  asking,
  at,
  bare,
  begins,
  type Decided,
  type Deed,
  decides,
  escalates,
  expires,
  fred,
  goes,
  nothing,
  on,
  phase,
  plan,
  says,
  starts,
  type Told,
  withdraws
} from "./run.spec-support.ts"

/** Random stories: a small workflow of any shape, and what people and timers try. Few names, so that they often meet. */

const Drawn = Schema.Struct({
  tasks: Schema.Literals([0, 1, 1, 2]),
  /** Each task depends on the one before, across phases. */
  chained: Schema.Boolean,
  checkpoint: Schema.Literals(["none", "anybody", "lapses", "escalates"]),
  signoff: Schema.Boolean,
  gate: Schema.Literals(["none", "none", "tasks", "flag"]),
  /** Where one may go besides to the next phase. */
  ways: Schema.Literals(["", "back", "far", "self"])
})
export const Plan = Schema.Array(Drawn).check(Schema.isMinLength(1), Schema.isMaxLength(4))

const LAPSING = asking({ required: anybody.required, expiresAfter: "PT20M" })
/** Two people of different roles, whom an approver with the role of the escalation may set free. */
const ESCALATING = asking({
  required: [
    { roles: ["reviewer"], count: 1 },
    { roles: ["finance"], count: 1 }
  ],
  escalation: { after: "PT10M", roles: ["reviewer"] }
})
const CHECKPOINTS = { none: null, anybody, lapses: LAPSING, escalates: ESCALATING }

const definitionOf = (drawn: typeof Plan.Type): WorkflowDefinition => {
  let previous: string | undefined
  return plan(
    ...drawn.map(({ tasks, chained, checkpoint, signoff, gate, ways }, place) => {
      const last = place === drawn.length - 1
      const others = { "": [], back: [place - 1], far: [place + 2], self: [place] }[ways]
      const transitions = [place + 1, ...others].filter((other) => other >= 0 && other < drawn.length)
      const keys = Array.from({ length: tasks }, (_, index) => {
        const key = `T${place}${index}`
        const text = chained && previous !== undefined ? `${key} < ${previous}` : key
        previous = key
        return text
      })
      return phase(`P${place}`, {
        tasks: keys,
        checkpoint: CHECKPOINTS[checkpoint],
        signoff: signoff ? asking() : null,
        gate: gate === "none" ? [] : [gate === "tasks" ? { type: "tasks-complete" } : { type: "flag", name: "green" }],
        ...(last ? {} : { transitions: transitions.map((other) => `P${other}`) })
      })
    })
  )
}

const Step = Schema.Struct({
  does: Schema.Literals([
    "start",
    "complete",
    "complete",
    "complete",
    "completeAny",
    "fail",
    "defer",
    "move",
    "reopen",
    "add",
    "addHere",
    "evidence",
    "validate",
    "signoff",
    "signoff",
    "go",
    "go",
    "goTo",
    "goBack",
    "baseline",
    "block",
    "unblock",
    "skip",
    "proceed",
    "proceed",
    "proceed",
    "review",
    "halt",
    "approve",
    "approve",
    "reject",
    "rejectCheckpoint",
    "withdraw",
    "expire",
    "escalate",
    "old",
    "ask",
    "answer",
    "raise",
    "resolve",
    "decision",
    "milestone",
    "pause",
    "resume",
    "resume",
    "unstick",
    "overdue",
    "end",
    ...Array.from({ length: 24 }, () => "help" as const)
  ]),
  who: Schema.Literals(["ada", "ann", "fred"]),
  pick: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 11 })),
  wait: Schema.Literals([0, 0, 0, 5, 12])
})
type Step = typeof Step.Type
export const story = { drawn: Plan, steps: Schema.Array(Step).check(Schema.isMinLength(30), Schema.isMaxLength(50)) }

/** These make something new whenever they are given. */
export const ANEW: ReadonlyArray<Step["does"]> = ["validate", "ask", "raise", "decision"]

const PEOPLE = { ada, ann, fred }
const pickOf = <A>(items: ReadonlyArray<A>, pick: number): A | undefined => items[pick % Math.max(items.length, 1)]

/** What a step does to a run as it stands, by the names that it has there; the same deed may be done again. */
const deedOf = ({ does, pick }: Step, told: Told): Deed => {
  const run = told.started
  const place = pickOf(run.phases, pick)?.id ?? ""
  const here = run.current ?? run.phases[0]?.id ?? ""
  const keys = run.phases.flatMap(({ visits }) => visits.flatMap(({ tasks }) => tasks.map(({ key }) => key)))
  const task = pickOf(keys, pick) ?? ""
  const ready = pickOf(told.view.startable, pick) ?? task
  const deed: Record<Step["does"], () => Deed> = {
    help: () => helpful(told).find((one) => changes(one(told))) ?? bare(resume),
    start: () => starts(ready),
    complete: () => at(completeTask, ready, {}),
    completeAny: () => at(completeTask, task, {}),
    fail: () => at(failTask, task, {}),
    defer: () => at(deferTask, task, {}),
    move: () => at(moveTask, task, {}),
    reopen: () => at(reopenTask, task, {}),
    add: () => on(addTask, { key: `N${pick}`, title: "New", phase: place, dependsOn: keys.slice(0, pick % 2) }),
    addHere: () => on(addTask, { key: `M${pick}`, title: "New", phase: here }),
    evidence: () =>
      at(recordEvidence, place, { type: "test", ref: "ci", title: "CI", attributes: { green: pick % 3 > 0 } }),
    validate: () => at(validateGate, place, {}),
    signoff: () => at(requestSignoff, pick < 8 ? here : place, {}),
    go: () => goes(here),
    goTo: () => goes(here, place),
    goBack: () => goes(here, place, { reason: "again" }),
    baseline: () => goes(here, undefined, { baseline: true }),
    block: () => at(block, place, { reason: "waits" }),
    unblock: () => at(unblock, place, {}),
    skip: () => at(skip, place, {}),
    proceed: () => says(here, "proceed"),
    review: () => says(here, "review", pick % 2 === 0 ? null : "hm"),
    halt: () => says(here, "pause"),
    approve: () => decides("signoff", pick < 6 ? here : place, "approve"),
    reject: () => decides("signoff", place, "reject", "one\n- two"),
    rejectCheckpoint: () => decides("checkpoint", here, "reject"),
    withdraw: () => withdraws(pick % 2 === 0 ? "checkpoint" : "signoff", place),
    expire: () => expires("checkpoint", here),
    escalate: () => escalates("checkpoint", here),
    old: () => decides("signoff", place, "approve", null, pickOf([...told.approvals.keys()], pick) ?? "none"),
    ask: () => on(askQuestion, { text: "?", ...(pick < 4 ? {} : pick < 8 ? { phase: place } : { task }) }),
    answer: () => on(answerQuestion, { id: pickOf(run.questions, pick)?.id ?? "", answer: "!" }),
    raise: () => on(raiseBlocker, { text: "!", ...(pick < 4 ? {} : pick < 8 ? { phase: place } : { task }) }),
    resolve: () => on(resolveBlocker, { id: pickOf(run.blockers, pick)?.id ?? "" }),
    decision: () => on(recordDecision, { text: "so be it" }),
    milestone: () => on(reachMilestone, { key: "M1", title: "Reached" }),
    pause: () => on(pause, {}),
    resume: () => bare(resume),
    unstick: () => bare(unstick),
    overdue: () => bare(markOverdue),
    end: () => (pick === 0 ? on(cancel, {}) : pick === 1 ? on(fail, {}) : bare(resume))
  }
  return deed[does]()
}

export interface Tried {
  readonly step: Step
  readonly before: Told
  readonly deed: Deed
  readonly decided: Decided
  readonly after: Told
}

/** Starts a run and tries every step. */
export const tell = (drawn: typeof Plan.Type, steps: ReadonlyArray<Step>) => {
  const definition = definitionOf(drawn)
  const first = nothing.did(begins(definition))
  let told = first
  const tried = steps.map((step): Tried => {
    const before = told.by(PEOPLE[step.who]).later(step.wait)
    const deed = deedOf(step, before)
    const decided = deed(before)
    told = Result.isSuccess(decided) ? before.with(decided.success) : before
    return { step, before, deed, decided, after: told }
  })
  return { first, tried, end: told }
}

const testsAreGreen = (id: string): Deed =>
  at(recordEvidence, id, { type: "test", ref: "ci", title: "CI", attributes: { green: true } })

/** Deeds of somebody who wants the run to end well, the most pressing first. */
const helpful = (told: Told): ReadonlyArray<Deed> => {
  const run = told.started
  const here = run.current ?? run.phases.find(({ visits }) => visits.at(-1)?.status !== "skipped")?.id ?? ""
  const tasks = told.visit(here).tasks.filter(({ status }) => !["completed", "deferred", "moved"].includes(status))
  const baselines = run.phases.filter(({ visits }) => visits.at(-1)?.status === "completed_doc_baseline")
  return [
    bare(resume),
    ...run.questions.filter(({ answer }) => answer === null).map(({ id }) => on(answerQuestion, { id, answer: "yes" })),
    ...run.blockers.filter(({ resolved }) => !resolved).map(({ id }) => on(resolveBlocker, { id })),
    ...run.phases.map(({ id }) => at(unblock, id, {})),
    ...run.phases.flatMap(({ id }) => [expires("checkpoint", id), says(id, "proceed")]),
    ...run.phases.map(({ id }) => decides("signoff", id, "approve")),
    ...baselines.flatMap(({ id }) => [at(requestSignoff, id, {}), testsAreGreen(id)]),
    ...tasks.map(({ key }) => at(completeTask, key, {})),
    ...tasks.map(({ key }) => starts(key)),
    bare(unstick),
    ...(told.view.startable.length === 0 ? [] : [at(completeTask, told.view.startable[0] as string, {})]),
    testsAreGreen(here),
    at(requestSignoff, here, {}),
    goes(here),
    goes(here, undefined, { baseline: true })
  ]
}

/** The story told on by two helpful reviewers, until the run has ended or nothing helps any more. */
export const helped = (from: Told): Told => {
  const people = [person("hal", "pm", "reviewer"), person("hob", "finance", "reviewer")]
  let told = from
  for (let turn = 0; turn < 300 && told.started.ended === null; turn += 1) {
    const next = people
      .flatMap((actor) => helpful(told).map((deed) => ({ actor, deed })))
      .map(({ actor, deed }) => ({ who: told.by(actor), decided: deed(told.by(actor)) }))
      .find(({ decided }) => changes(decided))
    if (next === undefined) return told
    told = next.who.with(Result.getOrThrow(next.decided))
  }
  return told
}

const changes = (decided: Decided): boolean =>
  Result.isSuccess(decided) &&
  (decided.success.run.length > 0 || decided.success.decided.some(([, events]) => events.length > 0))
