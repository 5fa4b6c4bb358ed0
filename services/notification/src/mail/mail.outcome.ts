import { describe } from "@sluice/projection/consumer.errors"
import { retryAfter } from "../retry.schedule.ts"
import type { ClaimedMail, Settlement } from "./mails.sql.ts"
import type { Posted } from "./mails.transport.ts"

/** Where it goes by the owner's preferences as they are now; nowhere where they want none, or nothing of it is still so. */
export const recipientOf = ({ preference, total }: ClaimedMail): string | undefined =>
  preference === null || preference.mode === "off" || total === 0 ? undefined : (preference.email ?? undefined)

/** A mail that goes nowhere. */
export const dropped = ({ total }: ClaimedMail): Settlement => ({
  status: "dropped",
  error: total === 0 ? "Settled or read before it was sent" : "No e-mails are wanted any more",
  retryMillis: null
})

/**
 * What follows from an attempt.
 * @param random from 0 to 1
 */
export const settlementOf = (
  { attempt }: ClaimedMail,
  { outcome, error }: Posted,
  schedule: ReadonlyArray<number>,
  random: number
): Settlement => {
  const why = error === null ? null : describe(error)
  if (outcome === "sent") return { status: "sent", error: why, retryMillis: null }
  const again = outcome === "refused" ? null : retryAfter(schedule, attempt, random)
  return { status: again === null ? "dead" : "pending", error: why, retryMillis: again }
}
