import type { GrantCredit, PostAdjustment, PublishPrices } from "@sluice/contracts/billing/billing.commands"
import { type BillingRefusal, MonthNotOver } from "@sluice/contracts/billing/billing.errors"
import type { BillingEvent } from "@sluice/contracts/billing/billing.events"
import { type DecisionContext, timestamp } from "@sluice/contracts/event/event.decision"
import { InputRefused } from "@sluice/contracts/input/input.errors"
import { jsonHash } from "@sluice/contracts/json/json.canonical"
import { DateTime, Result } from "effect"
import { bookIssues, normalLines } from "./account.rules.ts"
import { type AccountState, inForceAt } from "./account.state.ts"
import { monthOf } from "./calendar.ts"

/** One function per command on a tenant's account: what happens, or why not. No events: it is so already. */
export type BillingDecision = Result.Result<ReadonlyArray<BillingEvent>, BillingRefusal>

export interface PostingContext extends DecisionContext {
  /** A new UUID, for what is posted. */
  readonly postingId: string
}

/** Publishes a price book under the next version. The same prices as are in force from that very time on anyway: nothing new. */
export const publishPrices = (state: AccountState, body: PublishPrices, _context: DecisionContext): BillingDecision => {
  const issues = bookIssues(state, body)
  if (issues.length > 0) return Result.fail(new InputRefused({ issues }))
  const effectiveFrom = DateTime.formatIso(body.effectiveFrom)
  const prices = normalLines(body.prices)
  const before = inForceAt(state, effectiveFrom)
  if (before?.effectiveFrom === effectiveFrom && before.digest === jsonHash(prices)) return Result.succeed([])
  const version = (state.books.at(-1)?.version ?? 0) + 1
  return Result.succeed([{ type: "billing.prices-published", data: { version, effectiveFrom, prices } }])
}

export const grantCredit = (
  _state: AccountState,
  body: GrantCredit,
  { postingId }: PostingContext
): BillingDecision => {
  const { amount, reason } = body
  return Result.succeed([{ type: "billing.credited", data: { id: postingId, amount, reason } }])
}

/** Corrects the balance by a new entry. Whether there is the entry that it names is not looked at: the ledger comes later. */
export const postAdjustment = (
  _state: AccountState,
  body: PostAdjustment,
  { postingId }: PostingContext
): BillingDecision => {
  const { amount, reason, corrects = null } = body
  return Result.succeed([{ type: "billing.adjusted", data: { id: postingId, amount, reason, corrects } }])
}

/** Closes a month that is over, and every earlier one with it. */
export const closeMonth = (
  { closedThrough }: AccountState,
  { month }: { readonly month: string },
  { now }: DecisionContext
): BillingDecision => {
  if (month >= monthOf(timestamp(now))) return Result.fail(new MonthNotOver({ month }))
  const closed = closedThrough !== null && month <= closedThrough
  return Result.succeed(closed ? [] : [{ type: "billing.month-closed", data: { month } }])
}
