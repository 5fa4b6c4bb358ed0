import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { RunEvent } from "@sluice/contracts/run/run.events"
import { taskId } from "@sluice/contracts/run/run.ids"
import { onVisit } from "./run.evolve.visits.ts"
import { emptyVisit, newest, orderOf, withPhase, withTask, withVisit } from "./run.phases.ts"
import type { Phase, RunState, StartedRun, Task } from "./run.state.ts"

/**
 * The state after one more fact. Total: nothing but `run.started` begins a run, and nothing but its version changes in one
 * that has ended.
 */
export const evolve = (state: RunState, fact: Fact<RunEvent>): RunState => {
  if (state.status === "none") return fact.type === "run.started" ? started(fact) : state
  const run: StartedRun = { ...state, version: fact.version, updatedAt: fact.recordedAt }
  return run.ended === null ? changed(run, fact) : run
}

const changed = (run: StartedRun, fact: Fact<RunEvent>): StartedRun => {
  const at = fact.recordedAt
  switch (fact.type) {
    case "run.paused":
      return { ...run, paused: true, reason: fact.data.reason }
    case "run.resumed":
      return { ...run, paused: false, reason: null }
    case "run.cancelled":
      return { ...run, ended: { as: "cancelled", at }, reason: fact.data.reason }
    case "run.failed":
      return { ...run, ended: { as: "failed", at }, reason: fact.data.reason }
    case "run.completed":
      return { ...leave(run, at), ended: { as: "completed", at } }
    case "run.overdue":
      return { ...run, overdue: true }
    case "run.phase-started":
      return entered(run, fact.data.phase, fact.data.visit, at)
    case "run.phase-returned":
      return returned(run, fact.data.phase, fact.data.visit, fact.data.to, at)
    case "run.phase-blocked":
      return withPhase(run, fact.data.phase, (phase) => ({ ...phase, blocked: fact.data.reason }))
    case "run.phase-unblocked":
      return withPhase(run, fact.data.phase, (phase) => ({ ...phase, blocked: null }))
    case "run.task-added": {
      const { phase, visit, id, key, title, dependsOn, estimate } = fact.data
      const task: Task = { id, key, title, dependsOn, estimate, status: "pending" }
      return withVisit(run, phase, visit, (seen) => ({ ...seen, tasks: [...seen.tasks, task] }))
    }
    case "run.task-started":
      return moved(run, fact.data, "in_progress")
    case "run.task-completed":
      return moved(run, fact.data, "completed")
    case "run.task-failed":
      return moved(run, fact.data, "failed")
    case "run.task-deferred":
      return moved(run, fact.data, "deferred")
    case "run.task-moved":
      return moved(run, fact.data, "moved")
    case "run.task-reopened":
      return moved(run, fact.data, "pending")
    case "run.dependency-waived":
      return withTask(run, fact.data.phase, fact.data.key, (task) => ({
        ...task,
        dependsOn: task.dependsOn.filter((key) => !fact.data.dependsOn.includes(key))
      }))
    case "run.question-asked":
      return { ...run, questions: [...run.questions, { ...fact.data, by: fact.actor, at, answer: null }] }
    case "run.question-answered":
      return {
        ...run,
        questions: run.questions.map((one) => (one.id === fact.data.id ? { ...one, answer: fact.data.answer } : one))
      }
    case "run.blocker-raised": {
      const blocker = { ...fact.data, by: fact.actor, at, resolved: false, resolution: null }
      return { ...run, blockers: [...run.blockers, blocker] }
    }
    case "run.blocker-resolved": {
      const { id, resolution } = fact.data
      return {
        ...run,
        blockers: run.blockers.map((one) => (one.id === id ? { ...one, resolved: true, resolution } : one))
      }
    }
    case "run.decision-recorded":
      return { ...run, decisions: run.decisions + 1 }
    case "run.milestone-reached":
      return { ...run, milestones: [...run.milestones, { ...fact.data, at }] }
    case "run.started":
      return run
    default:
      return withVisit(run, fact.data.phase, fact.data.visit, (visit) => onVisit(visit, fact))
  }
}

const started = (fact: Fact<Extract<RunEvent, { type: "run.started" }>>): StartedRun => {
  const { runId, workflow, title, deadline, definition } = fact.data
  return {
    status: "started",
    workflow,
    title,
    startedBy: fact.actor,
    deadline,
    overdue: false,
    phases: definition.phases.map(
      ({ tasks, ...phase }): Phase => ({
        ...phase,
        visits: [
          emptyVisit(
            1,
            tasks.map((task): Task => ({ id: taskId(runId, task.key), ...task, status: "pending" }))
          )
        ],
        blocked: null
      })
    ),
    current: null,
    paused: false,
    ended: null,
    reason: null,
    questions: [],
    blockers: [],
    milestones: [],
    decisions: 0,
    version: fact.version,
    createdAt: fact.recordedAt,
    updatedAt: fact.recordedAt
  }
}

const moved = (
  run: StartedRun,
  { phase, key }: { readonly phase: string; readonly key: string },
  status: Task["status"]
): StartedRun => withTask(run, phase, key, (task) => ({ ...task, status }))

const leave = (run: StartedRun, at: string): StartedRun =>
  run.current === null
    ? run
    : withPhase(run, run.current, (phase) => ({
        ...phase,
        visits: phase.visits.with(-1, { ...newest(phase), left: true, endedAt: newest(phase).endedAt ?? at })
      }))

/** The visit that is named begins: the newest where it has not started, else one more. */
const entered = (run: StartedRun, id: string, number: number, at: string): StartedRun => {
  const left = leave(run, at)
  const opened = withPhase(left, id, (phase) => {
    const visits = newest(phase).visit === number ? phase.visits : [...phase.visits, emptyVisit(number)]
    return {
      ...phase,
      visits: visits.with(-1, { ...(visits.at(-1) ?? emptyVisit(number)), status: "in_progress", startedAt: at })
    }
  })
  return { ...opened, current: id }
}

/** What lies after the phase that one goes back to, up to the one that is left, will be visited again. */
const returned = (run: StartedRun, id: string, number: number, to: string, at: string): StartedRun => {
  const left = withVisit(run, id, number, (visit) => ({ ...visit, left: true, endedAt: visit.endedAt ?? at }))
  const [first, last] = [orderOf(run, to), orderOf(run, id)]
  const phases = left.phases.map((phase, order) =>
    order > first && order <= last && newest(phase).status !== "not_started"
      ? { ...phase, visits: [...phase.visits, emptyVisit(newest(phase).visit + 1)] }
      : phase
  )
  return { ...left, phases, current: null }
}
