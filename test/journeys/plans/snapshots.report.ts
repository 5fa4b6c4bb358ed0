import type { PhaseDetail, PhaseSummary, RunView } from "@sluice/contracts/run/run.views"
import Table from "cli-table3"
import type { Claims, Snapshot } from "./snapshots.reader.ts"

/** Where a hand-kept snapshot contradicts the events. */
export interface Contradiction {
  readonly file: string
  /** Of the snapshot: `workstreams.A.checkpoint_complete`. */
  readonly field: string
  readonly claims: string
  readonly events: string
}

/** How the run stood once the snapshot was replayed. */
export interface Standing {
  readonly run: RunView
  readonly phases: ReadonlyArray<PhaseDetail>
}

type Found = Omit<Contradiction, "file">

/**
 * Everything in a snapshot's totals and states that the events say otherwise. A field that it leaves out or leaves null claims
 * nothing. Its dates are not compared: the events of a replay have a time of their own.
 */
export const contradictions = ({ file, claims }: Snapshot, standing: Standing): ReadonlyArray<Contradiction> =>
  [
    ...totals(claims, standing),
    ...state(claims, standing),
    ...(standing.run.endedAt === null ? whereabouts(claims, standing) : []),
    ...standing.run.phases.flatMap((phase) => workstream(claims, phase, standing))
  ].map((found) => ({ file, ...found }))

const differs = (field: string, claims: string | number | boolean, events: string | number | boolean) =>
  claims === events ? [] : [{ field, claims: String(claims), events: String(events) }]

const totals = ({ progress }: Claims, { run: { progress: counted } }: Standing): ReadonlyArray<Found> => [
  ...differs("progress.total_tasks", progress.total_tasks, counted.total),
  ...differs("progress.completed_tasks", progress.completed_tasks, counted.done),
  ...differs("progress.percentage", progress.percentage, counted.percent)
]

const state = ({ status, pending_user_confirmation: pending }: Claims, { run }: Standing): ReadonlyArray<Found> => {
  const asked = run.openCheckpoints.map(({ phase }) => phase)
  const said = { not_started: "NOT_STARTED", completed: "COMPLETE" }[run.status as string] ?? "IN_PROGRESS"
  return [
    ...(status === said ? [] : [{ field: "status", claims: status, events: run.status }]),
    ...(pending === undefined || pending === asked.length > 0
      ? []
      : [
          {
            field: "pending_user_confirmation",
            claims: String(pending),
            events: asked.length === 0 ? "no checkpoint is open" : `checkpoint ${asked.join(", ")} is open`
          }
        ])
  ]
}

/** What is called current, in a run that goes on; of one that has ended it is where it ended. */
const whereabouts = (claims: Claims, { run, phases }: Standing): ReadonlyArray<Found> => {
  const { current_workstream: workstream, current_task: task } = claims
  const tasks = phases.flatMap(({ visits }) => visits.flatMap((visit) => visit.tasks))
  const status = tasks.find(({ key }) => key === task)?.status ?? "unknown"
  return [
    ...(workstream === null ? [] : differs("current_workstream", workstream, run.currentPhase ?? "none")),
    ...(task === null || status === "in_progress" ? [] : [{ field: "current_task", claims: task, events: status }])
  ]
}

const workstream = (claims: Claims, phase: PhaseSummary, { run }: Standing): ReadonlyArray<Found> => {
  const { id, progress } = phase
  const claimed = claims.workstreams[id]
  if (claimed === undefined) return []
  const field = (name: string): string => `workstreams.${id}.${name}`
  return [
    ...differs(field("tasks_total"), claimed.tasks_total, progress.total),
    ...differs(field("tasks_completed"), claimed.tasks_completed, progress.done),
    ...differs(field("status"), claimed.status, workOf(phase)),
    ...checkpoint(claims, phase, run).map((found) => ({ field: field("checkpoint_complete"), ...found }))
  ]
}

/** How far the work is; its checkpoint is a claim of its own. */
const workOf = ({ status, progress: { done, total } }: PhaseSummary): Claims["status"] => {
  if (status === "not_started") return "NOT_STARTED"
  return done === total ? "COMPLETE" : "IN_PROGRESS"
}

const checkpoint = (claims: Claims, { id, progress }: PhaseSummary, { openCheckpoints }: RunView) => {
  const claimed = claims.workstreams[id]?.checkpoint_complete
  const isOpen = openCheckpoints.some(({ phase }) => phase === id)
  const isConfirmed = progress.done === progress.total && !isOpen
  if (claimed === undefined || claimed === isConfirmed) return []
  const asked = claims.pending_user_confirmation === true ? "and somebody is still asked" : "and nobody was asked"
  const events = isOpen ? "open: nobody has said proceed" : isConfirmed ? "confirmed" : "not reached"
  return [{ claims: claimed ? `true, ${asked}` : "false", events }]
}

/** The contradictions for people. */
export const reportOf = (title: string, found: ReadonlyArray<Contradiction>): string => {
  const table = new Table({
    head: ["snapshot", "field", "claims", "the events say"],
    style: { head: [], border: [], compact: true }
  })
  for (const { file, field, claims, events } of found) table.push([file, field, claims, events])
  return `${title}\n${table.toString()}`
}
