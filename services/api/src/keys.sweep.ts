import { EventStore } from "@sluice/event-store/store.port"
import { Effect } from "effect"

const AT_ONCE = 1000
const EVERY = "1 minute"

/**
 * Deletes expired idempotency keys, in bounded steps, for ever. Every instance does so; the store keeps them apart.
 * An expired key has no effect any more, so a failed sweep loses nothing and the next one goes on.
 */
export const sweepKeys = Effect.gen(function* () {
  const store = yield* EventStore
  const sweep = Effect.repeat(store.sweepKeys(AT_ONCE), { until: (deleted) => deleted < AT_ONCE })
  return yield* Effect.forever(Effect.andThen(Effect.ignore(sweep), Effect.sleep(EVERY)))
})
