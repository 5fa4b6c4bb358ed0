import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { without } from "@sluice/contracts/json/json.without"
import type { ApprovalState } from "./approval.state.ts"
import { approval } from "./approval.stream.ts"
import { view } from "./approval.view.ts"

/**
 * The rows of `sluice.approvals`: `view` is what is read, `fold` what the state holds beside it. Together they are the
 * state, so the next event is applied to the row alone.
 */
export const approvalReadModel = {
  name: "approvals",
  category: approval.category,
  initial: approval.initial,
  evolve: approval.evolve,
  /** Of an approval that was never requested there is no row. */
  toRow: (id: string, state: ApprovalState) => {
    if (state.status === "none") return undefined
    const shown = view(id, state) as unknown as JsonObject
    return { version: state.version, view: shown, fold: without(approval.encode(state), shown) }
  },
  /** Throws a `SchemaError` for what is no row of this version of the fold. */
  ofRow: (row: { readonly view: JsonObject; readonly fold: JsonObject }): ApprovalState =>
    approval.decode({ ...row.view, ...row.fold })
} as const
