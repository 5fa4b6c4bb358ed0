import { taskId } from "@sluice/contracts/run/run.ids"
import { RUN_ID } from "./run.spec-support.ts"

/** Events that the specs of several commands expect. */

/** What an event says of the task that it is about. */
export const named = (key: string, of = "A") => ({ id: taskId(RUN_ID, key), key, phase: of })
export const started = (key: string, of = "A") => ({ type: "run.task-started", data: named(key, of) }) as const
/** A task that left nothing. */
export const completed = (key: string, of = "A") => {
  const output = { decisions: [], risks: [], notes: [], artifacts: [] }
  return { type: "run.task-completed", data: { ...named(key, of), output } } as const
}
export const entered = (id: string, visit = 1, reason: string | null = null) =>
  ({ type: "run.phase-started", data: { phase: id, visit, reason } }) as const
export const left = (id: string, visit = 1) => ({ type: "run.phase-completed", data: { phase: id, visit } }) as const
