import type { Phase, StartedRun, Task, Visit } from "./run.state.ts"

/** Finding one's way in a run, and changing one part of it. */

export const newest = (phase: Phase): Visit => phase.visits.at(-1) as Visit

export const phaseOf = (run: StartedRun, id: string): Phase | undefined => run.phases.find((phase) => phase.id === id)

export const currentPhase = (run: StartedRun): Phase | undefined =>
  run.current === null ? undefined : phaseOf(run, run.current)

/** Place of a phase among the phases of its workflow, from 0. */
export const orderOf = (run: StartedRun, id: string): number => run.phases.findIndex((phase) => phase.id === id)

export interface FoundTask {
  readonly phase: Phase
  readonly visit: Visit
  readonly task: Task
}
export const findTask = (run: StartedRun, key: string): FoundTask | undefined => {
  for (const phase of run.phases)
    for (const visit of phase.visits)
      for (const task of visit.tasks) if (task.key === key) return { phase, visit, task }
  return undefined
}

export const everyTask = (run: StartedRun): ReadonlyArray<Task> => {
  const found: Array<Task> = []
  for (const { visits } of run.phases) for (const { tasks } of visits) for (const task of tasks) found.push(task)
  return found
}

/** Neither pending, in progress nor failed: nobody has to do anything about it any more. */
export const hasEnded = ({ status }: Task): boolean =>
  status === "completed" || status === "deferred" || status === "moved"

const replaced = <A>(items: ReadonlyArray<A>, index: number, change: (item: A) => A): ReadonlyArray<A> =>
  index < 0 ? items : items.with(index, change(items[index] as A))

export const withPhase = (run: StartedRun, id: string, change: (phase: Phase) => Phase): StartedRun => ({
  ...run,
  phases: replaced(run.phases, orderOf(run, id), change)
})

export const withVisit = (
  run: StartedRun,
  id: string,
  number: number,
  change: (visit: Visit, phase: Phase) => Visit
): StartedRun =>
  withPhase(run, id, (phase) => {
    const index = phase.visits.findIndex(({ visit }) => visit === number)
    return { ...phase, visits: replaced(phase.visits, index, (visit) => change(visit, phase)) }
  })

/** Looks a task up in its phase alone: runs have thousands of them. */
export const withTask = (run: StartedRun, id: string, key: string, change: (task: Task) => Task): StartedRun =>
  withPhase(run, id, (phase) => ({
    ...phase,
    visits: phase.visits.map((visit) => {
      const index = visit.tasks.findIndex((task) => task.key === key)
      return index < 0 ? visit : { ...visit, tasks: replaced(visit.tasks, index, change) }
    })
  }))

export const emptyVisit = (visit: number, tasks: ReadonlyArray<Task> = []): Visit => ({
  visit,
  status: "not_started",
  left: false,
  tasks,
  evidence: [],
  gate: null,
  gaps: [],
  checkpoint: null,
  signoff: null,
  startedAt: null,
  endedAt: null
})
