import { expect, it } from "vitest"
import type { Claims } from "./snapshots.reader.ts"
import { stepsOf, workflowOf } from "./snapshots.replay.ts"

/** `streams`: completed and total of each workstream. */
const claims = (
  streams: Readonly<Record<string, readonly [number, number]>>,
  { at, task = null, ...rest }: Partial<Claims> & { readonly at?: string; readonly task?: string | null } = {}
): Claims => ({
  phase: "9",
  title: "Ninth",
  status: "IN_PROGRESS",
  current_workstream: at ?? null,
  current_task: task,
  progress: { total_tasks: 99, completed_tasks: 99, percentage: 99 },
  workstreams: Object.fromEntries(
    Object.entries(streams).map(([id, [tasks_completed, tasks_total]]) => [
      id,
      { name: `Stream ${id}`, status: "NOT_STARTED", tasks_completed, tasks_total }
    ])
  ),
  ...rest
})

const commandsOf = (...all: ReadonlyArray<Claims>) =>
  stepsOf(all.map((one, index) => ({ file: String(index), at: "", claims: one }))).map(({ commands }) =>
    commands.map(({ path, body }) => ("key" in body ? `${path} ${body.key}` : path))
  )

it("makes the workflow of what the workstreams count, whatever the total says", () => {
  const { phases, ...rest } = workflowOf(claims({ A: [0, 2], B: [0, 1] }))
  expect(rest).toEqual({ name: "Phase 9", description: "Ninth" })
  expect(
    phases.map(({ id, order, checkpoint, tasks }) => [id, order, checkpoint, tasks?.map(({ key }) => key)])
  ).toEqual([
    ["A", 1, true, ["A1", "A2"]],
    ["B", 2, true, ["B1"]]
  ])
})

it("adds, starts and completes tasks, the one called current last", () => {
  expect(
    commandsOf(
      claims({ A: [0, 2] }),
      claims({ A: [1, 3] }, { at: "A", task: "A1" }),
      claims({ A: [2, 3] }, { at: "A", task: "A1" }),
      claims({ A: [3, 3] }, { at: "A", task: "A1" })
    )
  ).toEqual([[], ["tasks A3", "tasks/A2/complete", "tasks/A1/start"], ["tasks/A3/complete"], ["tasks/A1/complete"]])
})

it("says proceed when later work appears, and not while a confirmation is waited for", () => {
  const before = claims({ A: [1, 1], B: [0, 2] }, { at: "B", task: "B1", pending_user_confirmation: true })
  expect(commandsOf(before, { ...before, pending_user_confirmation: false }, claims({ A: [1, 1], B: [1, 2] }))).toEqual(
    [["tasks/A1/complete"], ["checkpoints/A", "tasks/B1/start"], ["tasks/B1/complete"]]
  )
})

it("confirms every checkpoint on the way to a plan that is complete, and the last", () => {
  expect(
    commandsOf(claims({ A: [0, 1], B: [0, 1] }), claims({ A: [1, 1], B: [1, 1] }, { status: "COMPLETE" }))
  ).toEqual([[], ["tasks/A1/complete", "checkpoints/A", "tasks/B1/complete", "checkpoints/B"]])
})
