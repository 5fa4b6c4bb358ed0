import { CheckpointIsOpen, PhaseUnfinished, RunEnded, RunIsPaused, Stopped } from "@sluice/contracts/run/run.errors"
import type { Progress, RunStatus } from "@sluice/contracts/run/run.views"
import { validate } from "./run.gate.ts"
import { currentPhase, everyTask, hasEnded, newest, orderOf, phaseOf } from "./run.phases.ts"
import type { Phase, StartedRun, Task, Visit } from "./run.state.ts"

/** What follows from a run's state. */

/** The first that applies, in the order of the domain page. */
export const statusOf = (run: StartedRun): RunStatus => {
  if (run.ended !== null) return run.ended.as
  if (run.paused) return "paused"
  if (run.blockers.some(({ resolved }) => !resolved) || run.phases.some(isBlocked)) return "blocked"
  if (run.questions.some(({ answer }) => answer === null)) return "awaiting_input"
  if (openCheckpoints(run).length > 0) return "awaiting_confirmation"
  return run.current === null &&
    everyTask(run).every(({ status }) => status === "pending" || status === "deferred" || status === "moved") &&
    run.phases.every((phase) => newest(phase).visit === 1 && !hasBegun(phase))
    ? "not_started"
    : "in_progress"
}

const hasBegun = (phase: Phase): boolean => {
  const { status } = newest(phase)
  return status !== "not_started" && status !== "skipped"
}

/** A block of a phase that the run has left stops nothing. */
const isBlocked = (phase: Phase): boolean => phase.blocked !== null && !newest(phase).left

/** Deferred and moved tasks do not count; half a per cent rounds up. Nothing to do is all done once the run is completed. */
export const progressOf = (tasks: ReadonlyArray<Task>, completed = false): Progress => {
  let done = 0
  let total = 0
  for (const { status } of tasks) {
    if (status === "deferred" || status === "moved") continue
    total += 1
    if (status === "completed") done += 1
  }
  const percent = total === 0 ? (completed ? 100 : 0) : Math.floor((200 * done + total) / (2 * total))
  return { done, total, percent }
}

export interface At {
  readonly phase: Phase
  readonly visit: Visit
}

export const openCheckpoints = (run: StartedRun): ReadonlyArray<At> =>
  everyVisit(run).filter(({ visit }) => visit.checkpoint?.state === "open")

export const openSignoffs = (run: StartedRun): ReadonlyArray<At> =>
  everyVisit(run).filter(({ visit }) => visit.signoff?.state === "requested")

const everyVisit = (run: StartedRun): ReadonlyArray<At> =>
  run.phases.flatMap((phase) => phase.visits.map((visit) => ({ phase, visit })))

/** Where the run may go from a phase: as its definition says, and beyond what was skipped. */
export const successors = (run: StartedRun, from: Phase): ReadonlyArray<string> => {
  const found = new Set<string>()
  const look = (phase: Phase): void => {
    for (const id of phase.transitions) {
      if (found.has(id)) continue
      found.add(id)
      const next = phaseOf(run, id)
      if (next !== undefined && newest(next).status === "skipped") look(next)
    }
  }
  look(from)
  return [...found]
}

/** Where the run goes from a phase unless told: to the first successor that lies ahead and was not skipped. */
export const nextOf = (run: StartedRun, from: Phase): Phase | undefined => {
  const here = orderOf(run, from.id)
  const ahead = successors(run, from)
    .filter((id) => orderOf(run, id) > here)
    .map((id) => phaseOf(run, id) as Phase)
  return ahead.find((phase) => newest(phase).status !== "skipped") ?? ahead[0]
}

/** The first phase that was not skipped. */
export const firstPhase = (run: StartedRun): Phase | undefined =>
  run.phases.find((phase) => newest(phase).status !== "skipped")

/** Tasks that have not ended, the first few of them: without these no phase is left, in whatever direction. */
export const tasksLeft = (phase: Phase): PhaseUnfinished | undefined => {
  const open = newest(phase).tasks.filter((task) => !hasEnded(task))
  const missing = open.slice(0, 20).map(({ key }) => key)
  return open.length === 0 ? undefined : new PhaseUnfinished({ phase: phase.id, needs: "tasks", missing })
}

/** What is to be done before a phase may be signed off: its tasks, then its gate. */
export const unready = (phase: Phase): PhaseUnfinished | undefined => {
  const left = tasksLeft(phase)
  if (left !== undefined) return left
  const { result, missing } = validate(phase, newest(phase))
  return result === "ready" || result === "not_configured"
    ? undefined
    : new PhaseUnfinished({ phase: phase.id, needs: "gate", missing })
}

/** What is to be done before a phase may be left forwards; with `baseline` its sign-off may come later. */
export const unfinished = (phase: Phase, baseline = false): PhaseUnfinished | CheckpointIsOpen | undefined => {
  const visit = newest(phase)
  const before = unready(phase)
  if (before !== undefined) return before
  if (phase.signoff !== null && visit.status !== "signed_off" && !baseline) {
    const gaps = visit.gaps.filter(({ open }) => open).map(({ text }) => text)
    return new PhaseUnfinished({ phase: phase.id, needs: "signoff", missing: gaps })
  }
  if (phase.checkpoint !== null && visit.checkpoint?.state !== "confirmed") {
    const approvalId = visit.checkpoint?.state === "open" ? visit.checkpoint.approvalId : null
    return new CheckpointIsOpen({ phase: phase.id, approvalId })
  }
  return undefined
}

/** What stops whatever is done in these phases, or with this task. */
export const stopOf = (run: StartedRun, phases: ReadonlyArray<string>, task?: string): Stopped | undefined => {
  for (const id of phases) {
    const reason = phaseOf(run, id)?.blocked ?? null
    if (reason !== null) return new Stopped({ by: "block", id, reason })
  }
  const names = (one: { readonly phase: string | null; readonly task: string | null }): boolean =>
    one.task === null ? one.phase === null || phases.includes(one.phase) : one.task === task
  const blocker = run.blockers.find((one) => !one.resolved && names(one))
  if (blocker !== undefined) return new Stopped({ by: "blocker", id: blocker.id, reason: blocker.text })
  const question = run.questions.find((one) => one.answer === null && names(one))
  return question === undefined ? undefined : new Stopped({ by: "question", id: question.id, reason: question.text })
}

export const endedOf = (run: StartedRun): RunEnded | undefined =>
  run.ended === null ? undefined : new RunEnded({ status: run.ended.as })

/** Ended or paused: nothing starts and nothing goes on. */
export const haltOf = (run: StartedRun): RunEnded | RunIsPaused | undefined =>
  endedOf(run) ?? (run.paused ? new RunIsPaused({}) : undefined)

/** What of a task's dependencies is not completed yet. */
export const openDependencies = (run: StartedRun, task: Task): ReadonlyArray<string> => {
  const open = openAmong(run, [task])
  return task.dependsOn.filter((key) => open.has(key))
}

/**
 * The dependencies of these tasks that are not completed: one walk through the run, which may have thousands of tasks, from its
 * end, since tasks depend on what lies close before them.
 */
const openAmong = (run: StartedRun, tasks: ReadonlyArray<Task>): ReadonlySet<string> => {
  const open = new Set(tasks.flatMap(({ dependsOn }) => dependsOn))
  for (const { visits } of run.phases.toReversed()) {
    if (open.size === 0) return open
    for (const visit of visits) for (const { key, status } of visit.tasks) if (status === "completed") open.delete(key)
  }
  return open
}

/** The phases in which a task can be started now: the current one, and where one may go on from it. */
export const openPhases = (run: StartedRun): ReadonlyArray<Phase> => {
  if (run.ended !== null || run.paused) return []
  const current = currentPhase(run)
  if (current === undefined) {
    const first = firstPhase(run)
    return first === undefined || stopOf(run, [first.id]) !== undefined ? [] : [first]
  }
  const here = newest(current).status === "in_progress" && stopOf(run, [current.id]) === undefined ? [current] : []
  if (unfinished(current) !== undefined) return here
  const ahead = successors(run, current)
    .filter((id) => orderOf(run, id) > orderOf(run, current.id) && stopOf(run, [current.id, id]) === undefined)
    .map((id) => phaseOf(run, id) as Phase)
    .filter((phase) => newest(phase).status !== "skipped")
  return [...here, ...ahead]
}

/** Tasks that can be started now: not begun or failed, with everything completed that they depend on. */
export const startable = (run: StartedRun): ReadonlyArray<Task> => {
  const candidates = openPhases(run).flatMap((phase) =>
    newest(phase)
      .tasks.filter(({ status }) => status === "pending" || status === "failed")
      .map((task) => ({ phase: phase.id, task }))
  )
  if (candidates.length === 0) return []
  const open = openAmong(
    run,
    candidates.map(({ task }) => task)
  )
  return candidates
    .filter(
      ({ phase, task }) => !task.dependsOn.some((key) => open.has(key)) && stopOf(run, [phase], task.key) === undefined
    )
    .map(({ task }) => task)
}

export interface DeadEnd {
  readonly phase: string
  readonly task: Task
  /** Dependencies that cannot be completed any more. */
  readonly dependsOn: ReadonlyArray<string>
}

/** Tasks that wait for what was deferred or moved, or left behind unfinished: it will not be completed by itself. */
export const deadEnds = (run: StartedRun): ReadonlyArray<DeadEnd> => {
  if (run.ended !== null) return []
  const gone = new Set<string>()
  for (const phase of run.phases)
    for (const visit of phase.visits)
      for (const task of visit.tasks)
        if (task.status === "deferred" || task.status === "moved" || (visit.left && !hasEnded(task))) gone.add(task.key)
  if (gone.size === 0) return []
  return run.phases.flatMap((phase) => {
    const visit = newest(phase)
    if (visit.left) return []
    return visit.tasks
      .filter((task) => !hasEnded(task))
      .map((task) => ({ phase: phase.id, task, dependsOn: task.dependsOn.filter((key) => gone.has(key)) }))
      .filter(({ dependsOn }) => dependsOn.length > 0)
  })
}
