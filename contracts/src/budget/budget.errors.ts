import { Schema } from "effect"

/** Why a command on a budget, or one that a budget forbids, is refused. */

export class BudgetNotFound extends Schema.TaggedError<BudgetNotFound>()("BudgetNotFound", {
  budgetId: Schema.String
}) {
  override get message(): string {
    return `Budget ${this.budgetId} not found`
  }
}

/** Nothing new starts in the scope of a budget that blocks and is used up. `until`: when its period ends; null: never by itself. */
export class BudgetExceeded extends Schema.TaggedError<BudgetExceeded>()("BudgetExceeded", {
  budgetId: Schema.String,
  name: Schema.String,
  until: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    const ends = this.until === null ? "" : ` until ${this.until}`
    return `Budget ${this.name} is used up: nothing new starts in its scope${ends}`
  }
}

/** A budget that is used up and forbids to start anything: an input of the decisions that start something. */
export interface BudgetBlock {
  readonly budgetId: string
  readonly name: string
  /** RFC 3339, UTC; null where the budget has no period. */
  readonly until: string | null
}
