import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { without } from "@sluice/contracts/json/json.without"
import type { WorkflowState } from "./workflow.state.ts"
import { workflow } from "./workflow.stream.ts"
import { view } from "./workflow.view.ts"

/**
 * The rows of `sluice.workflows`: `view` is what is read, `fold` what the state holds beside it. Together they are the
 * state, so the next event is applied to the row alone.
 */
export const workflowReadModel = {
  name: "workflows",
  category: workflow.category,
  initial: workflow.initial,
  evolve: workflow.evolve,
  /** Of a workflow without a version there is no row. */
  toRow: (id: string, state: WorkflowState) => {
    if (state.status === "none") return undefined
    const shown = view(id, state) as unknown as JsonObject
    return { version: state.version, view: shown, fold: without(workflow.encode(state), shown) }
  },
  /** Throws a `SchemaError` for what is no row of this version of the fold. */
  ofRow: (row: { readonly view: JsonObject; readonly fold: JsonObject }): WorkflowState =>
    workflow.decode({ ...row.view, ...row.fold })
} as const
