import { PositiveInt, withDefault } from "@sluice/config"
import { Schema } from "effect"

export const billingFields = {
  /** Hours after a month's end, or after its first entry where that came later, at which it is closed by itself: so long late usage may take. */
  BILLING_CLOSE_AFTER_HOURS: withDefault(PositiveInt.check(Schema.isLessThanOrEqualTo(8_760)), "72"),
  /** Seconds between two proofs of the ledger against the events. */
  BILLING_PROOF_SECONDS: withDefault(PositiveInt, "3600")
}
