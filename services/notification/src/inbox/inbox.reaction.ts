import { memoryNeeded, type Planned, planInbox } from "@sluice/notification/inbox.plan"
import type { Postgres } from "@sluice/postgres"
import type { Reaction } from "@sluice/projection"
import { Effect } from "effect"
import { created } from "./inbox.metrics.ts"
import { loadMemory, savePlan } from "./inbox.sql.ts"

/** A notification that was not there before. `createdAt`: RFC 3339. */
export type FreshNotification = Pick<Planned, "tenant" | "id" | "audience" | "createdAt" | "rule">

/**
 * "Who must act, and who should know?": keeps `sluice.notifications`, `sluice.notification_marks` and what later events need to know,
 * in the transaction of the consumer's checkpoint. `onFresh` is given what was really inserted, in the same transaction.
 */
export const inbox = <E>(
  onFresh: (fresh: ReadonlyArray<FreshNotification>) => Effect.Effect<unknown, E, Postgres>
): Reaction => ({
  name: "inbox",
  apply: (events) =>
    Effect.gen(function* () {
      const plan = planInbox(events, yield* loadMemory(memoryNeeded(events)))
      const fresh = yield* savePlan(plan)
      if (fresh.length === 0) return
      yield* onFresh(fresh)
      for (const { rule } of fresh) created.inc({ rule })
    })
})
