import type { RunView } from "@sluice/contracts/run/run.views"
import { everyTask, newest } from "./run.phases.ts"
import { deadEnds, openCheckpoints, progressOf, startable, statusOf } from "./run.rules.ts"
import type { Phase, RunState, StartedRun } from "./run.state.ts"

/** The run as it is read. Of one that does not exist there is no view: asking for it is a defect and throws. */
export const view = (id: string, state: RunState): RunView => {
  if (state.status === "none") throw new Error(`Run ${id} does not exist, so there is nothing to show`)
  return {
    id,
    workflow: state.workflow,
    title: state.title,
    status: statusOf(state),
    progress: progressOf(everyTask(state), state.ended?.as === "completed"),
    currentPhase: state.current,
    phases: state.phases.map(phaseSummary),
    startable: startable(state).map(({ key }) => key),
    openCheckpoints: openCheckpoints(state).map(({ phase, visit }) => {
      const { approvalId, since, reviews } = visit.checkpoint as NonNullable<typeof visit.checkpoint>
      const required = phase.checkpoint?.required ?? []
      return { phase: phase.id, visit: visit.visit, approvalId, required, since, reviews }
    }),
    openQuestions: state.questions
      .filter(({ answer }) => answer === null)
      .map(({ answer: _answer, ...question }) => question),
    blockers: state.blockers
      .filter(({ resolved }) => !resolved)
      .map(({ resolved: _resolved, resolution: _resolution, ...blocker }) => blocker),
    milestones: state.milestones,
    stuck: stuckReasons(state),
    deadline: state.deadline,
    overdue: state.overdue,
    reason: state.reason,
    startedBy: state.startedBy,
    version: state.version,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    endedAt: state.ended?.at ?? null
  }
}

export const phaseSummary = (phase: Phase) => {
  const { id, name, blocked } = phase
  const { status, visit, tasks } = newest(phase)
  return { id, name, status, visit, blocked, progress: progressOf(tasks, hasPassed(status)) }
}

/** A phase without tasks counts as done once it has been gone through. */
export const hasPassed = (status: string): boolean =>
  status === "completed" || status === "signed_off" || status === "completed_doc_baseline"

/** What waits for something that will never come. */
const stuckReasons = (run: StartedRun): ReadonlyArray<string> =>
  deadEnds(run).map(
    ({ task, dependsOn }) => `Task ${task.key} waits for ${dependsOn.join(", ")}, which will not be completed`
  )
