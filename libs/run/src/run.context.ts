import { PhaseNotFound } from "@sluice/contracts/run/run.errors"
import type { TaskOutput } from "@sluice/contracts/run/run.events"
import type { ContextView } from "@sluice/contracts/run/run.views"
import { Result } from "effect"
import { orderOf } from "./run.phases.ts"
import type { RunState } from "./run.state.ts"

/** A completed task's part of the log, in the order of completion. */
export interface LoggedOutput {
  readonly phase: string
  readonly output: TaskOutput
}

/** What completed tasks of the phases strictly before `phase` (null: of all) left, duplicates removed, the first one kept. */
export const contextBefore = (
  runId: string,
  state: RunState,
  outputs: ReadonlyArray<LoggedOutput>,
  phase: string | null
): Result.Result<ContextView, PhaseNotFound> => {
  if (state.status === "none") throw new Error(`Run ${runId} does not exist`)
  const limit = phase === null ? state.phases.length : orderOf(state, phase)
  if (limit < 0) return Result.fail(new PhaseNotFound({ phase: phase as string }))
  const before = outputs.filter((one) => orderOf(state, one.phase) < limit).map(({ output }) => output)
  const gathered = (name: keyof TaskOutput) => [...new Set(before.flatMap((output) => output[name]))]
  return Result.succeed({
    runId,
    phase,
    decisions: gathered("decisions"),
    risks: gathered("risks"),
    notes: gathered("notes"),
    artifacts: gathered("artifacts")
  })
}
