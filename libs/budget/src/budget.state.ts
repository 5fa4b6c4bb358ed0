import { Role } from "@sluice/contracts/actor/actor"
import { Amount } from "@sluice/contracts/billing/billing.money"
import { BudgetPeriod, BudgetScope } from "@sluice/contracts/budget/budget.events"
import { Schema } from "effect"

/** What a budget is, folded from its events. Times are RFC 3339 in UTC with milliseconds. */

const None = Schema.Struct({ status: Schema.Literal("none") })

const Created = Schema.Struct({
  status: Schema.Literal("set"),
  name: Schema.String,
  scope: BudgetScope,
  period: BudgetPeriod,
  /** 10⁻¹⁵ USD. */
  limit: Amount,
  blocks: Schema.Boolean,
  notify: Schema.Array(Role),
  /** One that is not limits nothing. */
  active: Schema.Boolean,
  /** The newest periods in which it was told of, oldest first, and the most that was told: a warning comes before `exceeded`. */
  reached: Schema.Array(Schema.Struct({ period: Schema.String, as: Schema.Literals(["warned", "exceeded"]) })),
  version: Schema.Int,
  createdAt: Schema.String,
  /** Time of the newest event. */
  updatedAt: Schema.String
})

export const BudgetState = Schema.Union([None, Created])
export type BudgetState = typeof BudgetState.Type
/** A budget that was created. */
export type CreatedBudget = typeof Created.Type

export const initial: BudgetState = { status: "none" }
