import { Schema } from "effect"
import { Role } from "../actor/actor.ts"

/** Events of a budget, newest shapes. Wire name `sluice.budget.<event>.v1`. Amounts are whole 10⁻¹⁵ USD, as text. */

const Amount = Schema.String.check(Schema.isPattern(/^\d{1,38}$/))

/** What a budget limits: everything of the tenant (`id` null), or one role, session, run or phase. */
export const BudgetScope = Schema.Struct({
  type: Schema.Literals(["tenant", "role", "session", "run", "phase"]),
  id: Schema.NullOr(Schema.String)
}).annotate({ identifier: "BudgetScope" })

const reached = {
  budgetId: Schema.String,
  name: Schema.String,
  scope: BudgetScope,
  /** Start of the period (RFC 3339, UTC); null where the budget has none. */
  periodStart: Schema.NullOr(Schema.String),
  limit: Amount,
  spent: Amount,
  /** Who is told. */
  notify: Schema.Array(Role)
}

/** 80 % of the limit were reached, for the first time in the period. */
export const BudgetWarned = Schema.Struct({ type: Schema.tag("budget.warned"), data: Schema.Struct(reached) })
/** The limit was reached, for the first time in the period. */
export const BudgetExceeded = Schema.Struct({ type: Schema.tag("budget.exceeded"), data: Schema.Struct(reached) })

export const BudgetEvent = Schema.Union([BudgetWarned, BudgetExceeded]).pipe(Schema.toTaggedUnion("type"))
export type BudgetEvent = typeof BudgetEvent.Type
