import { InputRefused } from "@sluice/contracts/input/input.errors"
import type {
  AnswerQuestion,
  AskQuestion,
  RaiseBlocker,
  ReachMilestone,
  RecordDecision,
  ResolveBlocker
} from "@sluice/contracts/run/run.commands"
import { AlreadySettled, BlockerNotFound, QuestionNotFound, RunIsFull } from "@sluice/contracts/run/run.errors"
import type { Act, RunContext, RunDecision, RunRefusal } from "./run.act.ts"
import { acting } from "./run.decide.ts"
import { findTask, phaseOf } from "./run.phases.ts"
import { endedOf } from "./run.rules.ts"
import { settle } from "./run.settle.ts"
import type { RunState } from "./run.state.ts"

/** Questions, blockers, decisions and milestones. An open question or blocker stops what it names. */

export const NOTES_MAXIMUM = 1000

const noting = <Body>(go: (act: Act, body: Body) => RunRefusal | undefined) => {
  const command = (state: RunState, body: Body, context: RunContext): RunDecision =>
    acting(state, context, (act) => {
      const refusal = go(act, body)
      if (refusal === undefined) settle(act)
      return refusal
    })
  return command
}

/** A phase or task that there is not; a task is named with its phase where only the task is given. */
const unknownNames = (act: Act, phase: string | null, task: string | null): InputRefused | undefined => {
  const issues = [
    ...(phase !== null && phaseOf(act.run, phase) === undefined
      ? [{ pointer: "/phase", message: "is no phase of this run" }]
      : []),
    ...(task !== null && findTask(act.run, task) === undefined
      ? [{ pointer: "/task", message: "is no task of this run" }]
      : [])
  ]
  return issues.length === 0 ? undefined : new InputRefused({ issues })
}

const full = (what: string, notes: ReadonlyArray<unknown>): RunIsFull | undefined =>
  notes.length < NOTES_MAXIMUM ? undefined : new RunIsFull({ what, maximum: NOTES_MAXIMUM })

export const askQuestion = noting<AskQuestion>((act, { text, role = null, phase = null, task = null }) => {
  const refusal = unknownNames(act, phase, task) ?? endedOf(act.run) ?? full("questions", act.run.questions)
  if (refusal !== undefined) return refusal
  act.emit({ type: "run.question-asked", data: { id: act.context.freshId, text, role, phase, task } })
  return undefined
})

/** The same answer again changes nothing; another one is refused. */
export const answerQuestion = noting<AnswerQuestion & { readonly id: string }>((act, { id, answer }) => {
  const question = act.run.questions.find((one) => one.id === id)
  if (question === undefined) return new QuestionNotFound({ question: id })
  const ended = endedOf(act.run)
  if (ended !== undefined) return ended
  if (question.answer !== null) return question.answer === answer ? undefined : new AlreadySettled({ id })
  act.emit({ type: "run.question-answered", data: { id, answer } })
  return undefined
})

export const raiseBlocker = noting<RaiseBlocker>((act, { text, phase = null, task = null }) => {
  const refusal = unknownNames(act, phase, task) ?? endedOf(act.run) ?? full("blockers", act.run.blockers)
  if (refusal !== undefined) return refusal
  act.emit({ type: "run.blocker-raised", data: { id: act.context.freshId, text, phase, task } })
  return undefined
})

export const resolveBlocker = noting<ResolveBlocker & { readonly id: string }>((act, { id, resolution = null }) => {
  const blocker = act.run.blockers.find((one) => one.id === id)
  if (blocker === undefined) return new BlockerNotFound({ blocker: id })
  const ended = endedOf(act.run)
  if (ended !== undefined) return ended
  if (blocker.resolved) return blocker.resolution === resolution ? undefined : new AlreadySettled({ id })
  act.emit({ type: "run.blocker-resolved", data: { id, resolution } })
  return undefined
})

export const recordDecision = noting<RecordDecision>((act, { text, rationale = null, phase = null }) => {
  const refusal = unknownNames(act, phase, null) ?? endedOf(act.run)
  if (refusal !== undefined) return refusal
  act.emit({ type: "run.decision-recorded", data: { id: act.context.freshId, text, rationale, phase } })
  return undefined
})

/** A milestone is reached once; its key again changes nothing. */
export const reachMilestone = noting<ReachMilestone>((act, { key, title }) => {
  const refusal = endedOf(act.run)
  if (refusal !== undefined) return refusal
  if (act.run.milestones.some((one) => one.key === key)) return undefined
  const many = full("milestones", act.run.milestones)
  if (many !== undefined) return many
  act.emit({ type: "run.milestone-reached", data: { key, title } })
  return undefined
})
