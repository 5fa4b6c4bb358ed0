import { BudgetScopeInput, CreateBudget, UpdateBudget } from "@sluice/contracts/budget/budget.commands"
import { Schema, Struct } from "effect"
import { scopeFault } from "./budget.scope.ts"

const scope = BudgetScopeInput.check(
  Schema.makeFilter((given) => {
    const issue = scopeFault(given)
    return issue === undefined ? undefined : { path: ["id"], issue }
  })
)

/** The bodies of the contract with the rules for a scope's id beside their shape, so that decoding names every fault at once. */
export const budgetInput = { create: CreateBudget.mapFields(Struct.assign({ scope })), update: UpdateBudget } as const
