import type { Reaction } from "@sluice/projection"
import { copyToAudit } from "@sluice/projection/read-model.audit"

/** "Who did what, when, and as part of what?": a row for every event of every category. */
export const audit: Reaction = {
  name: "audit",
  apply: (events) =>
    copyToAudit(
      "audit",
      events.map(({ position }) => position)
    )
}
