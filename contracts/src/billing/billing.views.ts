import { Schema } from "effect"
import { Actor } from "../actor/actor.ts"
import { PriceLine } from "./billing.events.ts"
import { Amount, Month, Quantity, SignedAmount } from "./billing.money.ts"

/** Billing as it is read. Every amount is there twice: exactly (`amount`, 10⁻¹⁵ USD) and as exact decimal USD (`usd`, `-0.0045`). */

const Timestamp = Schema.String.pipe(Schema.annotate({ format: "date-time" }))
export const Usd = Schema.String.check(Schema.isPattern(/^-?\d+(\.\d+)?$/u)).annotate({ identifier: "Usd" })
export const Money = Schema.Struct({ amount: SignedAmount, usd: Usd }).annotate({ identifier: "Money" })
export type Money = typeof Money.Type

/** `version` counts price books; in force from `effectiveFrom` until the next one by that time. */
export const PricesView = Schema.Struct({
  version: Schema.Int,
  effectiveFrom: Timestamp,
  prices: Schema.Array(PriceLine),
  publishedAt: Timestamp,
  publishedBy: Actor
}).annotate({ identifier: "Prices" })
export type PricesView = typeof PricesView.Type

/** A credit or an adjustment as it was posted. */
export const PostingView = Schema.Struct({
  id: Schema.String,
  kind: Schema.Literals(["credit", "adjustment"]),
  ...Money.fields,
  reason: Schema.String,
  corrects: Schema.NullOr(Schema.String),
  at: Timestamp,
  by: Actor
}).annotate({ identifier: "Posting" })
export type PostingView = typeof PostingView.Type

export const UsageGroup = Schema.Literals(["model", "role", "session", "run", "phase", "day"]).annotate({
  identifier: "UsageGroup"
})
export type UsageGroup = typeof UsageGroup.Type

/** Usage of one meter in one group: what is priced, and what has no price yet. `group` null: of none. */
export const UsageRow = Schema.Struct({
  group: Schema.NullOr(Schema.String),
  meter: Schema.String,
  quantity: Quantity,
  /** Of `quantity`; nothing is charged for it until a price for its time arrives. */
  unpriced: Quantity,
  ...Money.fields
}).annotate({ identifier: "UsageRow" })
export type UsageRow = typeof UsageRow.Type
export const UsageReport = Schema.Struct({
  groupBy: UsageGroup,
  from: Schema.NullOr(Schema.String),
  to: Schema.NullOr(Schema.String),
  rows: Schema.Array(UsageRow),
  total: Money,
  /** More groups than are shown. */
  truncated: Schema.Boolean
}).annotate({ identifier: "UsageReport" })
export type UsageReport = typeof UsageReport.Type

/** `balance` is the tenant's: credited by credits, debited by usage. */
export const LedgerAccount = Schema.Literals(["balance", "usage", "credits", "adjustments"]).annotate({
  identifier: "LedgerAccount"
})
export type LedgerAccount = typeof LedgerAccount.Type
export const EntryKind = Schema.Literals(["usage", "reversal", "credit", "adjustment"]).annotate({
  identifier: "EntryKind"
})
export type EntryKind = typeof EntryKind.Type

/** One entry: `amount` moves from `debit` to `credit`. Its id says which event posted it, by position, and as which line. */
export const EntryView = Schema.Struct({
  id: Schema.String,
  kind: EntryKind,
  debit: LedgerAccount,
  credit: LedgerAccount,
  amount: Amount,
  usd: Usd,
  /** When it was used, or posted by hand. */
  at: Timestamp,
  /** On whose statement it is; another one than that of `at` where it came late. */
  month: Month,
  meter: Schema.NullOr(Schema.String),
  model: Schema.NullOr(Schema.String),
  quantity: Schema.NullOr(Quantity),
  priceVersion: Schema.NullOr(Schema.Int),
  role: Schema.NullOr(Schema.String),
  sessionId: Schema.NullOr(Schema.String),
  runId: Schema.NullOr(Schema.String),
  phase: Schema.NullOr(Schema.String),
  reason: Schema.NullOr(Schema.String),
  /** The event that was used or posted; of time cut at a month's end, the event that closed the month. */
  eventId: Schema.String
}).annotate({ identifier: "LedgerEntry" })
export type EntryView = typeof EntryView.Type

/** Credits and adjustments less usage. */
export const BalanceView = Schema.Struct({
  ...Money.fields,
  credits: Money,
  adjustments: Money,
  /** Negative. */
  usage: Money,
  /** Units that have no price, by meter. */
  unpriced: Schema.Array(Schema.Struct({ meter: Schema.String, model: Schema.String, quantity: Quantity }))
}).annotate({ identifier: "Balance" })
export type BalanceView = typeof BalanceView.Type

/** `late`: used in a month that had been closed. Charges are positive here, as on a bill; credits negative. */
export const StatementLine = Schema.Struct({
  kind: Schema.Literals(["usage", "late", "credit", "adjustment"]),
  meter: Schema.NullOr(Schema.String),
  model: Schema.NullOr(Schema.String),
  role: Schema.NullOr(Schema.String),
  quantity: Schema.NullOr(Quantity),
  ...Money.fields
}).annotate({ identifier: "StatementLine" })
export type StatementLine = typeof StatementLine.Type

/** What a month comes to. Of an open one so far. */
export const StatementView = Schema.Struct({
  month: Month,
  status: Schema.Literals(["open", "closed"]),
  closedAt: Schema.NullOr(Timestamp),
  lines: Schema.Array(StatementLine),
  /** Usage, late usage and adjustments that charge or give: exact. */
  charges: Money,
  credits: Money,
  /** Charges, rounded once, half even, to cents: `12.34`. */
  due: Usd,
  /** Used in this month and without a price when it was closed. */
  unpriced: Schema.Array(Schema.Struct({ meter: Schema.String, model: Schema.String, quantity: Quantity }))
}).annotate({ identifier: "Statement" })
export type StatementView = typeof StatementView.Type

export const ForecastView = Schema.Struct({
  tasks: Schema.Int,
  margin: Schema.Int,
  /** Tasks that the forecast rests on; null where averages were given. */
  history: Schema.NullOr(Schema.Struct({ tasks: Schema.Int, mean: Money, standardDeviation: Money })),
  /** With the margin. */
  expected: Money,
  /** Two standard deviations of the sum to each side; null where averages were given. */
  low: Schema.NullOr(Money),
  high: Schema.NullOr(Money)
}).annotate({ identifier: "ForecastResult" })
export type ForecastView = typeof ForecastView.Type
