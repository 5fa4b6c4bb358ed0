import type { BriefView, RunView, TimelineEntry } from "@sluice/contracts/run/run.views"
import { waitingOf } from "./run.phase-views.ts"
import { currentPhase, newest } from "./run.phases.ts"
import { firstPhase, startable } from "./run.rules.ts"
import type { RunState } from "./run.state.ts"
import { phaseSummary, view } from "./run.view.ts"

/** What a person or an agent needs in order to go on with a run. `history`: the last entries of its timeline, newest first. */
export const brief = (id: string, state: RunState, history: ReadonlyArray<TimelineEntry>): BriefView => {
  const run = view(id, state)
  if (state.status === "none") throw new Error(`Run ${id} does not exist`)
  const phase = currentPhase(state) ?? firstPhase(state)
  return {
    run,
    summary: summary(run, phase?.name),
    phase: phase === undefined ? null : phaseSummary(phase),
    prompt: phase?.prompt ?? null,
    nextSteps: phase?.nextSteps ?? [],
    startable: startable(state).map((task) => ({ ...task, startable: true })),
    waiting: state.phases.flatMap((one) =>
      one.visits.flatMap((visit) => waitingOf(one, visit).map((waiting) => ({ ...waiting, phase: one.id })))
    ),
    gaps: state.phases.flatMap((one) =>
      newest(one)
        .gaps.filter(({ open }) => open)
        .map((gap) => ({ ...gap, phase: one.id }))
    ),
    history
  }
}

const summary = (
  { title, status, progress, openCheckpoints, openQuestions, blockers, reason }: RunView,
  phase = ""
) => {
  const { done, total, percent } = progress
  const where = status === "completed" || status === "not_started" ? "" : ` in ${phase}`
  const why = [
    ...blockers.map(({ text }) => `blocked: ${text}`),
    ...openQuestions.map(({ text }) => `asks: ${text}`),
    ...openCheckpoints.map((one) => `checkpoint ${one.phase} waits for somebody to say proceed`),
    ...(reason === null ? [] : [reason])
  ]
  const detail = why.length === 0 ? "" : `; ${why.join("; ")}`
  return `${title}: ${status.replaceAll("_", " ")}${where}, ${done} of ${total} tasks (${percent} %)${detail}`
}
