import type { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import type { Claims, Snapshot } from "./snapshots.reader.ts"

/**
 * The commands that lead from one hand-kept snapshot to the next.
 *
 * - The first one makes the workflow: a workstream is a phase with a checkpoint, with as many tasks as it counts.
 * - A larger `tasks_total` of a workstream adds tasks.
 * - A larger `tasks_completed` completes tasks. A snapshot only counts them, so they are taken in order, the one that it calls
 *   current last; that one is started, unless the plan waits for a confirmation.
 * - Work in a workstream says *proceed* at the open checkpoints before it; a complete plan at the last one too.
 *
 * What a snapshot says of totals, percentages, states and checkpoints is claimed and not done: the report compares it.
 */

export interface PlanCommand {
  /** Below the run: `tasks/A1/complete`. */
  readonly path: string
  readonly body: object
}
export interface Step {
  readonly snapshot: Snapshot
  readonly commands: ReadonlyArray<PlanCommand>
}

interface Stream {
  readonly id: string
  readonly name: string
  total: number
  readonly done: Set<string>
  readonly started: Set<string>
  confirmed: boolean
}

const taskOf = (id: string, name: string, number: number) => ({ key: `${id}${number}`, title: `${name}, ${number}` })
const upTo = (count: number, from = 0): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, count - from) }, (_, index) => from + index + 1)

/** The workflow of a first snapshot. */
export const workflowOf = ({ phase, title, workstreams }: Claims): WorkflowDocument => ({
  name: `Phase ${phase}`,
  description: title,
  phases: Object.entries(workstreams).map(([id, { name, tasks_total }], index) => ({
    id,
    name,
    order: index + 1,
    checkpoint: true,
    tasks: upTo(tasks_total).map((number) => taskOf(id, name, number))
  }))
})

/** One step per snapshot, in order; the first one follows the run's start. */
export const stepsOf = (snapshots: ReadonlyArray<Snapshot>): ReadonlyArray<Step> => {
  const streams = Object.entries(snapshots[0]?.claims.workstreams ?? {}).map(
    ([id, { name, tasks_total }]): Stream => ({
      id,
      name,
      total: tasks_total,
      done: new Set(),
      started: new Set(),
      confirmed: false
    })
  )
  return snapshots.map((snapshot) => {
    const { claims } = snapshot
    const commands = [
      ...streams.flatMap((stream) => added(stream, claims)),
      ...streams.flatMap((stream, index) => worked(stream, streams.slice(0, index), claims)),
      ...(claims.status === "COMPLETE" ? confirmed(streams) : [])
    ]
    return { snapshot, commands }
  })
}

const added = (stream: Stream, { workstreams }: Claims): ReadonlyArray<PlanCommand> => {
  const { id, name, total } = stream
  const wanted = workstreams[id]?.tasks_total ?? total
  stream.total = Math.max(total, wanted)
  return upTo(wanted, total).map((number) => ({ path: "tasks", body: { ...taskOf(id, name, number), phase: id } }))
}

const worked = (stream: Stream, before: ReadonlyArray<Stream>, claims: Claims): ReadonlyArray<PlanCommand> => {
  const { id, total, done, started } = stream
  const current = claims.current_workstream === id ? claims.current_task : null
  const open = upTo(total)
    .map((number) => `${id}${number}`)
    .filter((key) => !done.has(key))
    .sort((one, other) => Number(one === current) - Number(other === current))
  const missing = (claims.workstreams[id]?.tasks_completed ?? 0) - done.size
  const completed = open.slice(0, Math.max(0, missing))
  for (const key of completed) done.add(key)
  const begins =
    current !== null &&
    open.includes(current) &&
    !done.has(current) &&
    !started.has(current) &&
    claims.pending_user_confirmation !== true
  if (begins) started.add(current)
  if (completed.length === 0 && !begins) return []
  return [
    ...confirmed(before),
    ...completed.map((key) => ({ path: `tasks/${key}/complete`, body: {} })),
    ...(begins ? [{ path: `tasks/${current}/start`, body: {} }] : [])
  ]
}

/** Proceed at every checkpoint that is open: of a workstream with all its tasks completed. */
const confirmed = (streams: ReadonlyArray<Stream>): ReadonlyArray<PlanCommand> =>
  streams
    .filter((stream) => !stream.confirmed && stream.done.size === stream.total)
    .map((stream) => {
      stream.confirmed = true
      return { path: `checkpoints/${stream.id}`, body: { verb: "proceed" } }
    })
