import { Schema } from "effect"
import { InputRefused } from "../input/input.errors.ts"
import { Month } from "./billing.money.ts"

/** Why a command or a question on billing is refused. */

export class MonthNotOver extends Schema.TaggedError<MonthNotOver>()("MonthNotOver", { month: Month }) {
  override get message(): string {
    return `${this.month} is not over yet`
  }
}
export class PricesNotFound extends Schema.TaggedError<PricesNotFound>()("PricesNotFound", { version: Schema.Int }) {
  override get message(): string {
    return `There is no version ${this.version} of the price book`
  }
}
export class StatementNotFound extends Schema.TaggedError<StatementNotFound>()("StatementNotFound", { month: Month }) {
  override get message(): string {
    return `There is no statement for ${this.month}: the month has not begun`
  }
}
/** Neither history nor prices to forecast from. */
export class NothingToForecast extends Schema.TaggedError<NothingToForecast>()("NothingToForecast", {
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

export const BillingRefusal = Schema.Union([MonthNotOver, InputRefused])
export type BillingRefusal = typeof BillingRefusal.Type
