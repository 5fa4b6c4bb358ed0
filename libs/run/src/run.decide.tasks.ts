import { type BudgetBlock, BudgetExceeded } from "@sluice/contracts/budget/budget.errors"
import { InputRefused } from "@sluice/contracts/input/input.errors"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import type { AddTask, CompleteTask, MoveTask, WithReason } from "@sluice/contracts/run/run.commands"
import {
  DependenciesOpen,
  InvalidTaskTransition,
  PhaseLocked,
  PhaseRefuses,
  RunIsFull,
  TaskExists,
  TaskNotFound
} from "@sluice/contracts/run/run.errors"
import { taskId } from "@sluice/contracts/run/run.ids"
import type { TaskStatus } from "@sluice/contracts/run/run.views"
import type { Act, RunContext, RunDecision, RunRefusal } from "./run.act.ts"
import { acting } from "./run.decide.ts"
import { move } from "./run.move.ts"
import { everyTask, type FoundTask, findTask, newest, orderOf, phaseOf } from "./run.phases.ts"
import { endedOf, haltOf, openDependencies, stopOf } from "./run.rules.ts"
import { settle } from "./run.settle.ts"
import type { Phase, RunState, Visit } from "./run.state.ts"

/** The commands on tasks. A task belongs to one visit of a phase; of a visit that was left or signed off none changes any more. */

export const TASKS_MAXIMUM = 10_000

/** Along which edges a task's status moves by a command. */
const EDGES: Readonly<Record<TaskStatus, ReadonlyArray<TaskStatus>>> = {
  pending: ["in_progress", "deferred", "moved"],
  in_progress: ["completed", "failed", "deferred", "moved"],
  failed: ["in_progress", "deferred", "moved"],
  deferred: ["pending"],
  completed: [],
  moved: []
}

/** Adds a task to a phase that has not been left. The same task again changes nothing. */
export const addTask = (state: RunState, body: AddTask, context: RunContext): RunDecision =>
  acting(state, context, (act) => {
    const { key, title, dependsOn = [], estimate = null } = body
    const phase = phaseOf(act.run, body.phase)
    const known = findTask(act.run, key)
    const faults = phase === undefined ? [] : misplaced(act, body, phase)
    if (phase === undefined) faults.push({ pointer: "/phase", message: "is no phase of this run" })
    if (phase === undefined || faults.length > 0) return new InputRefused({ issues: faults })
    const ended = endedOf(act.run)
    if (ended !== undefined) return ended
    if (known !== undefined) {
      const same = sameJson([known.task.title, known.task.dependsOn, known.task.estimate], [title, dependsOn, estimate])
      return same && known.phase.id === phase.id ? undefined : new TaskExists({ task: key })
    }
    const visit = newest(phase)
    const closed = closedOf(phase, visit)
    if (closed !== undefined) return closed
    if (everyTask(act.run).length >= TASKS_MAXIMUM) return new RunIsFull({ what: "tasks", maximum: TASKS_MAXIMUM })
    act.withdraw(phase.id, visit, "task-added")
    const data = { phase: phase.id, visit: visit.visit, id: taskId(context.id, key), key, title, dependsOn, estimate }
    act.emit({ type: "run.task-added", data })
    return undefined
  })

/** Dependencies that there are not, or that lie in a later phase, so that the task could never start. */
const misplaced = ({ run }: Act, { key, dependsOn = [] }: AddTask, phase: Phase) =>
  dependsOn.flatMap((other, index) => {
    const pointer = `/dependsOn/${index}`
    if (other === key) return [{ pointer, message: "is the task itself" }]
    const found = findTask(run, other)
    if (found === undefined) return [{ pointer, message: "is no task of this run" }]
    return orderOf(run, found.phase.id) > orderOf(run, phase.id)
      ? [{ pointer, message: `is a task of the later phase ${found.phase.id}` }]
      : []
  })

const closedOf = (phase: Phase, visit: Visit): PhaseLocked | PhaseRefuses | undefined => {
  if (visit.status === "signed_off") return new PhaseLocked({ phase: phase.id })
  return visit.left
    ? new PhaseRefuses({ phase: phase.id, status: visit.status, what: "the run has left it" })
    : undefined
}

/** A command that moves one task; `go` may assume that it exists, that the run lives and that the move is an edge. */
const onTask =
  <Body>(
    to: TaskStatus,
    go: (act: Act, found: FoundTask, body: Body) => RunRefusal | undefined,
    from?: ReadonlyArray<TaskStatus>
  ) =>
  (state: RunState, key: string, body: Body, context: RunContext): RunDecision =>
    acting(state, context, (act) => {
      const found = findTask(act.run, key)
      if (found === undefined) return new TaskNotFound({ task: key })
      const ended = endedOf(act.run)
      if (ended !== undefined) return ended
      const { status } = found.task
      if (status === to) return undefined
      if (!(from ?? []).includes(status) && !EDGES[status].includes(to))
        return new InvalidTaskTransition({ task: key, from: status, to })
      const refusal = closedOf(found.phase, found.visit) ?? go(act, found, body)
      if (refusal === undefined) settle(act)
      return refusal
    })

const named = ({ phase, task: { id, key } }: FoundTask) => ({ id, key, phase: phase.id })

/** Starts the task, and takes the run into its phase where the way is free. */
const begin = (act: Act, found: FoundTask): RunRefusal | undefined => {
  const halt = haltOf(act.run)
  if (halt !== undefined) return halt
  const { phase, task } = found
  if (act.run.current !== phase.id) {
    const refusal = move(act, { to: phase.id, reason: null, baseline: false })
    if (refusal !== undefined) return refusal instanceof InputRefused ? notAhead(phase) : refusal
  }
  const stop = stopOf(act.run, [phase.id], task.key)
  if (stop !== undefined) return stop
  const open = openDependencies(act.run, task)
  if (open.length > 0) return new DependenciesOpen({ task: task.key, open })
  act.emit({ type: "run.task-started", data: named(found) })
  return undefined
}

const notAhead = (phase: Phase): PhaseRefuses =>
  new PhaseRefuses({ phase: phase.id, status: newest(phase).status, what: "going back is a transition with a reason" })

/** Starts a task, unless it is in the scope of a budget that blocks. */
export const startTask = onTask<{ readonly blocks: ReadonlyArray<BudgetBlock> }>(
  "in_progress",
  (act, found, { blocks: [block] }) =>
    begin(act, found) ?? (block === undefined ? undefined : new BudgetExceeded(block))
)

/** Completes a task; a pending one is started too. What it leaves is kept for those who come after. */
export const completeTask = onTask<CompleteTask>(
  "completed",
  (act, found, { decisions = [], risks = [], notes = [], artifacts = [] }) => {
    const refusal = found.task.status === "pending" ? begin(act, found) : undefined
    if (refusal !== undefined) return refusal
    const output = { decisions, risks, notes, artifacts }
    act.emit({ type: "run.task-completed", data: { ...named(found), output } })
    return undefined
  },
  ["pending"]
)

/** A failed task does not end its phase: it is started again, deferred or moved. */
export const failTask = onTask<WithReason>("failed", (act, found, { reason = null }) => {
  act.emit({ type: "run.task-failed", data: { ...named(found), reason } })
  return undefined
})

export const deferTask = onTask<WithReason>("deferred", (act, found, { reason = null }) => {
  act.emit({ type: "run.task-deferred", data: { ...named(found), reason } })
  return undefined
})

export const moveTask = onTask<MoveTask>("moved", (act, found, { to = null, reason = null }) => {
  act.emit({ type: "run.task-moved", data: { ...named(found), to, reason } })
  return undefined
})

/** Takes a deferred task up again; what was asked about its phase is withdrawn, since there is work left. */
export const reopenTask = onTask<unknown>("pending", (act, found) => {
  act.withdraw(found.phase.id, found.visit, "task-added")
  act.emit({ type: "run.task-reopened", data: named(found) })
  return undefined
})
