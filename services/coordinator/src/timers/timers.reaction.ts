import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import type { Reaction } from "@sluice/projection"
import { type Change, changesOf, kindOf, merge } from "./timer.changes.ts"
import { applyChanges, type VersionedChange } from "./timers.sql.ts"

/** What a batch of events changes, one change for each timer, however the events are batched. */
export const netChanges = (
  events: ReadonlyArray<RecordedEvent>,
  retentionMillis: number
): ReadonlyArray<VersionedChange> => {
  const net = new Map<string, VersionedChange>()
  for (const event of events) {
    const { tenant, streamId, version } = event
    for (const change of changesOf(event, retentionMillis)) {
      const key = `${tenant} ${streamId} ${kindOf(change)}`
      const merged: Change = merge(net.get(key)?.change, change)
      net.set(key, { tenant, streamId, version, change: merged })
    }
  }
  return [...net.values()]
}

/** "What is due when?": keeps `sluice.timers`, in the transaction of the consumer's checkpoint. */
export const timers = (retentionMillis: number): Reaction => ({
  name: "timers",
  apply: (events) => applyChanges(netChanges(events, retentionMillis))
})
