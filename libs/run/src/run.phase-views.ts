import type { PhaseDetail, PhaseView, Waiting } from "@sluice/contracts/run/run.views"
import { newest } from "./run.phases.ts"
import { startable, statusOf } from "./run.rules.ts"
import type { Phase, RunState, StartedRun, Visit } from "./run.state.ts"
import { phaseSummary } from "./run.view.ts"

/** Every phase of a run as the list across runs shows it, by order. None of a run that does not exist. */
export const phaseViews = (runId: string, state: RunState): ReadonlyArray<PhaseView> =>
  state.status === "none" ? [] : viewsOf(runId, state)

const viewsOf = (runId: string, run: StartedRun): ReadonlyArray<PhaseView> => {
  const runStatus = statusOf(run)
  return run.phases.map((phase, index) => ({ runId, runStatus, ...phaseView(run, phase, index + 1) }))
}

const phaseView = (run: StartedRun, phase: Phase, order: number): Omit<PhaseView, "runId" | "runStatus"> => {
  const visit = newest(phase)
  const { status, blocked, progress } = phaseSummary(phase)
  return {
    runTitle: run.title,
    workflow: run.workflow.name,
    phase: phase.id,
    name: phase.name,
    order,
    status,
    visit: visit.visit,
    current: run.current === phase.id,
    blocked,
    progress,
    waiting: phase.visits.flatMap((one) => waitingOf(phase, one)),
    gaps: visit.gaps.filter(({ open }) => open).length,
    startedAt: visit.startedAt,
    endedAt: visit.endedAt,
    createdAt: run.createdAt
  }
}

/** What of a visit was put to people and waits for them. */
export const waitingOf = (phase: Phase, { checkpoint, signoff }: Visit): ReadonlyArray<Waiting> => {
  const wait = (kind: "checkpoint" | "signoff", { approvalId, since }: { approvalId: string; since: string }) => {
    const required = phase[kind]?.required ?? []
    return { for: kind, approvalId, required, roles: [...new Set(required.flatMap(({ roles }) => roles))], since }
  }
  return [
    ...(checkpoint?.state === "open" ? [wait("checkpoint", checkpoint)] : []),
    ...(signoff?.state === "requested" ? [wait("signoff", signoff)] : [])
  ]
}

/** Every phase of one run with its visits, tasks and evidence. */
export const phaseDetails = (runId: string, state: RunState): ReadonlyArray<PhaseDetail> => {
  if (state.status === "none") return []
  const ready = new Set(startable(state).map(({ key }) => key))
  const views = viewsOf(runId, state)
  return state.phases.map(({ doneDefinitions, visits }, index) => ({
    ...(views[index] as PhaseView),
    doneDefinitions,
    visits: visits.map(({ visit, status, tasks, evidence, gate, gaps, signoff, startedAt, endedAt }) => ({
      visit,
      status,
      tasks: tasks.map((task) => ({ ...task, startable: ready.has(task.key) })),
      evidence,
      gate,
      gaps,
      signoff:
        signoff === null || signoff.record === null ? null : { approvalId: signoff.approvalId, ...signoff.record },
      startedAt,
      endedAt
    }))
  }))
}
