/**
 * Budgets: pure, knows contracts only.
 *
 * commands  create, update; reach (the system's)   budget.decide
 * rules     what a scope's id may be               budget.scope
 *           bodies held to it                      budget.input
 *           days and months by name                budget.periods
 * fold      state, evolve                          budget.state, budget.evolve
 * reading   view, rows                             budget.view, budget.read-model
 * way in    budget                                 budget.stream
 */
export { type BudgetDecision, create, type Reach, reach, update } from "./budget.decide.ts"
export { budgetInput } from "./budget.input.ts"
export { periodOf, startOf } from "./budget.periods.ts"
export { budgetReadModel } from "./budget.read-model.ts"
export type { BudgetState, CreatedBudget } from "./budget.state.ts"
export { budget } from "./budget.stream.ts"
export { view } from "./budget.view.ts"
