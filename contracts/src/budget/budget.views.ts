import { Schema } from "effect"
import { Role } from "../actor/actor.ts"
import { Amount } from "../billing/billing.money.ts"
import { Money } from "../billing/billing.views.ts"
import { BudgetPeriod, BudgetScope } from "./budget.events.ts"

const Timestamp = Schema.String.pipe(Schema.annotate({ format: "date-time" }))

/** A budget as it is set. `version` is its stream's version and the resource's `ETag`. */
export const BudgetView = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  scope: BudgetScope,
  period: BudgetPeriod,
  limit: Amount,
  blocks: Schema.Boolean,
  notify: Schema.Array(Role),
  active: Schema.Boolean,
  version: Schema.Int,
  createdAt: Timestamp,
  updatedAt: Timestamp
}).annotate({ identifier: "Budget" })
export type BudgetView = typeof BudgetView.Type

/** A budget with what is spent of it in the period that runs. */
export const BudgetStanding = Schema.Struct({
  ...BudgetView.fields,
  /** RFC 3339, UTC; null where there is no period. */
  periodStart: Schema.NullOr(Timestamp),
  spent: Money,
  /** Whole percent of the limit, rounded down. */
  percent: Schema.Int,
  /** It is used up and forbids to start anything in its scope. */
  blocking: Schema.Boolean
}).annotate({ identifier: "BudgetStanding" })
export type BudgetStanding = typeof BudgetStanding.Type
