import { key } from "./billing.memory.ts"
import { dayOf } from "./calendar.ts"
import { chargeOf, type Entry } from "./ledger.entry.ts"
import type { Fact } from "./usage.fact.ts"

/** What entries and facts add to the sums that are read: by statement, by day, by what was worked on, and by scope of budgets. */

export interface Sum {
  quantity: bigint
  unpriced: bigint
  amount: bigint
}

export class Sums {
  /** tenant, month, kind, meter, model, role */
  readonly months = new Map<string, Sum>()
  /** tenant, day, meter, model, role */
  readonly days = new Map<string, Sum>()
  /** tenant, day, session, run, phase, role, task, meter */
  readonly work = new Map<string, Sum>()

  /** Something was used; `unpriced` units of it have no price. */
  used(fact: Fact, unpriced: number): void {
    this.#ofFact(fact, BigInt(fact.quantity), BigInt(unpriced), 0n)
  }

  /** Units that had no price have one now (negative), or have one no more. */
  unpriced(fact: Fact, more: bigint): void {
    if (more !== 0n) this.#ofFact(fact, 0n, more, 0n)
  }

  posted(entry: Entry, fact?: Fact): void {
    const { tenant, month, kind, late, meter, model, role, quantity } = entry
    const charge = chargeOf(entry)
    const units = BigInt(quantity ?? 0)
    const line = kind === "usage" || kind === "reversal" ? (late ? "late" : "usage") : kind
    add(this.months, key(tenant, month, line, meter, model, role), kind === "reversal" ? -units : units, 0n, charge)
    if (fact !== undefined) this.#ofFact(fact, 0n, 0n, charge)
  }

  #ofFact(fact: Fact, quantity: bigint, unpriced: bigint, amount: bigint): void {
    const { tenant, at, meter, model, role, sessionId, runId, phase, taskId } = fact
    const day = dayOf(at)
    add(this.days, key(tenant, day, meter, model, role), quantity, unpriced, amount)
    add(this.work, key(tenant, day, sessionId, runId, phase, role, taskId, meter), quantity, unpriced, amount)
  }
}

const add = (sums: Map<string, Sum>, at: string, quantity: bigint, unpriced: bigint, amount: bigint): void => {
  const sum = sums.get(at)
  if (sum === undefined) sums.set(at, { quantity, unpriced, amount })
  else {
    sum.quantity += quantity
    sum.unpriced += unpriced
    sum.amount += amount
  }
}
