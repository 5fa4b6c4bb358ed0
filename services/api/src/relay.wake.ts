import { WAKE_RELAY } from "@sluice/contracts/event/event.subjects"
import type { Nats } from "@sluice/messaging"

/**
 * Tells the relay that something was committed: at most one message per turn of the event loop, never waited for. While
 * the broker is away nothing is sent; the relay looks by itself.
 */
export const relayWaker = (nats: Pick<Nats["Service"], "wake">): (() => void) => {
  let scheduled = false
  return () => {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      nats.wake(WAKE_RELAY)
    })
  }
}
