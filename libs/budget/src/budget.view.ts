import type { BudgetView } from "@sluice/contracts/budget/budget.views"
import type { BudgetState } from "./budget.state.ts"

/** The budget as it is set. Of one that was never created there is no view: asking for it is a defect and throws. */
export const view = (id: string, state: BudgetState): BudgetView => {
  if (state.status === "none") throw new Error(`Budget ${id} does not exist, so there is nothing to show`)
  const { name, scope, period, limit, blocks, notify, active, version, createdAt, updatedAt } = state
  return { id, name, scope, period, limit, blocks, notify, active, version, createdAt, updatedAt }
}
