import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { inNewestShape } from "@sluice/contracts/event/event.registry"
import type { Consumer } from "@sluice/projection"
import { changesTimers } from "./timers/timer.changes.ts"
import { timers } from "./timers/timers.reaction.ts"

/**
 * Every reaction, one line each. It hears of all categories, so that its checkpoint says how far the log is handled, and
 * decodes only what changes a timer: an event that is poison to others does not stop a stream here.
 */
export const coordinator = (retentionMillis: number): Consumer => ({
  name: "coordinator",
  categories: "all",
  reactions: [
    timers(retentionMillis) // sluice.timers
  ],
  decode: (event: RecordedEvent): RecordedEvent => (changesTimers(event.type) ? inNewestShape(event) : event)
})
