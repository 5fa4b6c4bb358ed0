import type { LedgerAccount } from "@sluice/contracts/billing/billing.views"
import { monthAfter, monthOf } from "./calendar.ts"
import type { Fact } from "./usage.fact.ts"
import type { Item } from "./usage.rating.ts"

/** From which account to which an entry moves its amount: so every entry, and all of them together, come to zero. */
export const accounts = {
  usage: { debit: "balance", credit: "usage" },
  reversal: { debit: "usage", credit: "balance" },
  credit: { debit: "credits", credit: "balance" },
  gift: { debit: "adjustments", credit: "balance" },
  charge: { debit: "balance", credit: "adjustments" }
} as const satisfies Readonly<Record<string, { readonly debit: LedgerAccount; readonly credit: LedgerAccount }>>

/** What stands where usage has a number and nothing was used: an entry by hand. */
const BY_HAND = { meter: "", part: 0, item: 0, model: "", role: "", sessionId: "", runId: "", phase: "" } as const

/** On whose statement something of a time is: its month's, or the first open one's. */
const posting = (at: string, closedThrough: string | null): { readonly month: string; readonly late: boolean } => {
  const own = monthOf(at)
  return closedThrough !== null && own <= closedThrough
    ? { month: monthAfter(closedThrough), late: true }
    : { month: own, late: false }
}

/** An entry as the ledger holds it. `line` counts the entries that one event posts. */
export interface Entry
  extends Pick<Fact, "tenant" | "position" | "sourceId" | "meter" | "part" | "eventId" | "model" | "role">,
    Pick<Fact, "sessionId" | "runId" | "phase"> {
  readonly line: number
  readonly kind: "usage" | "reversal" | "credit" | "adjustment"
  /** 0 at first; one more each time that prices change what it costs. */
  readonly revision: number
  readonly item: number
  readonly debit: LedgerAccount
  readonly credit: LedgerAccount
  readonly amount: bigint
  readonly quantity: number | null
  readonly priceVersion: number | null
  readonly at: string
  readonly month: string
  readonly late: boolean
  readonly reason: string | null
}

/** What a fact's item is in the ledger; `position` and `line` are the posting event's. */
export const usageEntry = (
  fact: Fact,
  { item, at, quantity, amount, priceVersion }: Item & { readonly amount: bigint },
  posted: { readonly position: number; readonly line: number; readonly revision: number; readonly reversal: boolean },
  closedThrough: string | null
): Entry => {
  const { tenant, sourceId, meter, part, eventId, model, role, sessionId, runId, phase } = fact
  const { position, line, revision, reversal } = posted
  const kind = reversal ? "reversal" : "usage"
  return {
    ...{ tenant, position, line, kind, sourceId, meter, part, revision, item, eventId, ...accounts[kind] },
    ...{ amount, quantity, priceVersion, at, ...posting(at, closedThrough), model, role, sessionId, runId, phase },
    reason: null
  }
}

/** A credit, or an adjustment: positive in the tenant's favour. */
export const handEntry = (
  event: { readonly tenant: string; readonly position: number; readonly eventId: string; readonly recordedAt: string },
  kind: "credit" | "adjustment",
  amount: bigint,
  reason: string,
  closedThrough: string | null
): Entry => ({
  ...BY_HAND,
  ...{ tenant: event.tenant, position: event.position, line: 0, kind, sourceId: event.eventId, eventId: event.eventId },
  ...accounts[kind === "credit" ? "credit" : amount < 0n ? "charge" : "gift"],
  ...{ amount: amount < 0n ? -amount : amount, quantity: null, priceVersion: null, revision: 0 },
  ...{ at: event.recordedAt, ...posting(event.recordedAt, closedThrough), reason }
})

/** What an entry adds to what the tenant is charged: negative for what is given. */
export const chargeOf = ({ debit, amount }: Pick<Entry, "debit" | "amount">): bigint =>
  debit === "balance" ? amount : -amount
