import { Schema } from "effect"
import { Role } from "../actor/actor.ts"
import { Amount } from "../billing/billing.money.ts"

/** Events of a budget, newest shapes. Wire name `sluice.budget.<event>.v1`. Amounts are whole 10⁻¹⁵ USD, as text. */

/** What a budget limits: everything of the tenant (`id` null), one role, session or run, or one phase (`<run>/<phase>`). */
export const BudgetScope = Schema.Struct({
  type: Schema.Literals(["tenant", "role", "session", "run", "phase"]),
  id: Schema.NullOr(Schema.String)
}).annotate({ identifier: "BudgetScope" })
export type BudgetScope = typeof BudgetScope.Type

/** Days and months are UTC; none: everything there ever was. */
export const BudgetPeriod = Schema.Literals(["none", "day", "month"]).annotate({ identifier: "BudgetPeriod" })
export type BudgetPeriod = typeof BudgetPeriod.Type

export const BudgetCreated = Schema.Struct({
  type: Schema.tag("budget.created"),
  data: Schema.Struct({
    name: Schema.String,
    scope: BudgetScope,
    period: BudgetPeriod,
    limit: Amount,
    blocks: Schema.Boolean.annotate({
      description: "Whether nothing new starts in the scope once the limit is reached."
    }),
    notify: Schema.Array(Role).annotate({ description: "Who is told." })
  })
}).annotate({ description: "A limit was set on what a tenant, role, session, run or phase may spend in a period." })
export const BudgetUpdated = Schema.Struct({
  type: Schema.tag("budget.updated"),
  data: Schema.Struct({
    name: Schema.optionalKey(Schema.String),
    limit: Schema.optionalKey(Amount),
    blocks: Schema.optionalKey(Schema.Boolean),
    notify: Schema.optionalKey(Schema.Array(Role)),
    active: Schema.optionalKey(
      Schema.Boolean.annotate({ description: "A budget that is not active limits nothing and tells nobody." })
    )
  })
}).annotate({ description: "A budget was changed: only what changed is here, an absent key is unchanged." })

const reached = {
  budgetId: Schema.String,
  name: Schema.String,
  scope: BudgetScope,
  periodStart: Schema.NullOr(Schema.String).annotate({
    description: "Start of the period (RFC 3339, UTC); null where the budget has none."
  }),
  limit: Amount,
  spent: Amount,
  notify: Schema.Array(Role).annotate({ description: "Who is told." })
}

export const BudgetWarned = Schema.Struct({
  type: Schema.tag("budget.warned"),
  data: Schema.Struct(reached)
}).annotate({ description: "80 % of a budget's limit were reached, for the first time in the period." })
export const BudgetExceeded = Schema.Struct({
  type: Schema.tag("budget.exceeded"),
  data: Schema.Struct(reached)
}).annotate({ description: "A budget's limit was reached, for the first time in the period." })

export const BudgetEvent = Schema.Union([BudgetCreated, BudgetUpdated, BudgetWarned, BudgetExceeded]).pipe(
  Schema.toTaggedUnion("type")
)
export type BudgetEvent = typeof BudgetEvent.Type
