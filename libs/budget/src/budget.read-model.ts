import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { without } from "@sluice/contracts/json/json.without"
import type { BudgetState } from "./budget.state.ts"
import { budget } from "./budget.stream.ts"
import { view } from "./budget.view.ts"

/**
 * The rows of `sluice.budgets`: `view` is what is read, `fold` what the state holds beside it. Together they are the state, so
 * the next event is applied to the row alone.
 */
export const budgetReadModel = {
  name: "budgets",
  category: budget.category,
  initial: budget.initial,
  evolve: budget.evolve,
  /** Of a budget that was never created there is no row. */
  toRow: (id: string, state: BudgetState) => {
    if (state.status === "none") return undefined
    const shown = view(id, state) as unknown as JsonObject
    return { version: state.version, view: shown, fold: without(budget.encode(state), shown) }
  },
  /** Throws a `SchemaError` for what is no row of this version of the fold. */
  ofRow: (row: { readonly view: JsonObject; readonly fold: JsonObject }): BudgetState =>
    budget.decode({ ...row.view, ...row.fold })
} as const
