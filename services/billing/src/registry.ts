import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { inNewestShape } from "@sluice/contracts/event/event.registry"
import type { EventStore } from "@sluice/event-store/store.port"
import type { Consumer } from "@sluice/projection"
import { isBilled, ledger } from "./ledger/ledger.reaction.ts"
import { reportConflicts } from "./proof/conflicts.ts"

/**
 * It hears of all categories, so that its checkpoint says how far the log is handled, and decodes only what is billed: an event that is
 * poison to others does not stop a stream here.
 */
export const decode = (event: RecordedEvent): RecordedEvent => (isBilled(event.type) ? inNewestShape(event) : event)

/** One reaction, since everything it keeps follows from the order of the events. Budgets that are reached are told of through `store`. */
export const billing = (store: EventStore["Service"]): Consumer => ({
  name: "billing",
  categories: "all",
  reactions: [
    ledger(store) // sluice.billing_*, budgets, budget_spend
  ],
  decode,
  onRepeats: reportConflicts
})
