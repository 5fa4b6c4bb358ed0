import { type Drift, onBillingSnapshot, proveTenant, tenantsBilled } from "@sluice/proof/billing.proof"
import { Effect } from "effect"
import type { Tally } from "./verify.report.ts"

/**
 * Usage, ledger, sums, statements and what is spent of budgets are what the events come to when SQL works them out once more (I7).
 * Compared on one snapshot at billing's own checkpoint: what was billed since the check began is as good.
 */
export const checkBilling = (tally: Tally) =>
  onBillingSnapshot(
    Effect.gen(function* () {
      for (const tenant of yield* tenantsBilled) {
        const { entries, drift, differences } = yield* proveTenant(tenant)
        tally.add("entries", entries)
        for (const difference of differences) tally.found("billing", driftName(difference))
        tally.unnamed("billing", drift - differences.length)
      }
    })
  )

/** A difference in words. */
export const driftName = ({ tenant, kind, name, expected, found }: Drift): string => {
  const what = `${tenant} ${kind} ${name}`
  if (found === null) return `${what} is missing: ${expected}`
  return expected === null ? `${what} should not be there: ${found}` : `${what} is ${found}, should be ${expected}`
}
