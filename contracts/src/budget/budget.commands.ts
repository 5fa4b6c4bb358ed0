import { Schema } from "effect"
import { Role } from "../actor/actor.ts"
import { Amount } from "../billing/billing.money.ts"
import { BudgetPeriod } from "./budget.events.ts"

/** Bodies of the budget's commands, as HTTP (and later NATS) carries them. */

const Name = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100))
const Limit = Amount.check(Schema.makeFilter((amount) => amount !== "0" || "must be above 0"))
const Notify = Schema.Array(Role).check(Schema.isMaxLength(20))

/** `id`: a role, a session's or run's id, `<run>/<phase>`; of the tenant none. */
export const BudgetScopeInput = Schema.Struct({
  type: Schema.Literals(["tenant", "role", "session", "run", "phase"]),
  id: Schema.optionalKey(Schema.NullOr(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))))
})
  .check(
    Schema.makeFilter(
      ({ type, id = null }) =>
        (type === "tenant") === (id === null) ||
        (type === "tenant" ? "the tenant's has no id" : `needs the id of the ${type}`)
    )
  )
  .annotate({ identifier: "BudgetScopeInput" })

/** `period`: default month. `blocks`: default false. */
export const CreateBudget = Schema.Struct({
  name: Name,
  scope: BudgetScopeInput,
  limit: Limit,
  period: Schema.optionalKey(BudgetPeriod),
  blocks: Schema.optionalKey(Schema.Boolean),
  notify: Schema.optionalKey(Notify)
}).annotate({ identifier: "CreateBudget" })
export type CreateBudget = typeof CreateBudget.Type

/** At least one of them. */
export const UpdateBudget = Schema.Struct({
  name: Schema.optionalKey(Name),
  limit: Schema.optionalKey(Limit),
  blocks: Schema.optionalKey(Schema.Boolean),
  notify: Schema.optionalKey(Notify),
  active: Schema.optionalKey(Schema.Boolean)
})
  .check(
    Schema.makeFilter(
      (body) =>
        Object.values(body).some((value) => value !== undefined) || "needs one of name, limit, blocks, notify, active"
    )
  )
  .annotate({ identifier: "UpdateBudget" })
export type UpdateBudget = typeof UpdateBudget.Type
