import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { phaseViews } from "./run.phase-views.ts"
import type { RunState } from "./run.state.ts"
import { run } from "./run.stream.ts"
import { view } from "./run.view.ts"

/** The rows of `sluice.runs`: `view` is what is read, `fold` the whole state, from which the rest is derived when it is read. */
export const runReadModel = {
  name: "runs",
  category: run.category,
  initial: run.initial,
  evolve: run.evolve,
  /** Of a run that was never started there is no row. */
  toRow: (id: string, state: RunState) =>
    state.status === "none"
      ? undefined
      : { version: state.version, view: view(id, state) as unknown as JsonObject, fold: run.encode(state) },
  /** Throws a `SchemaError` for what is no row of this version of the fold. */
  ofRow: (row: { readonly fold: JsonObject }): RunState => run.decode(row.fold),
  /** A row of `sluice.phases` for each phase; the run's status is joined when it is read, or each of its changes were one of every row. */
  parts: {
    table: "phases",
    of: (id: string, state: RunState) =>
      phaseViews(id, state).map(({ runStatus: _, ...phase }) => ({
        key: phase.phase,
        view: phase as unknown as JsonObject
      }))
  }
} as const
