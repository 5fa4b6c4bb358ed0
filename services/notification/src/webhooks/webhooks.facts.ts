import { DbError, type Postgres } from "@sluice/postgres"
import { describe } from "@sluice/projection/consumer.errors"
import { Cause, type Duration, Effect } from "effect"
import { dead, disabledEndpoints, oldestPendingSeconds } from "./webhooks.metrics.ts"
import { deliveryFacts } from "./webhooks.sql.ts"

/** Measures regularly what all instances share. A database that is away is told of by the loop; here the gauges stay as they are. */
export const followDeliveries = (every: Duration.Input): Effect.Effect<never, never, Postgres> =>
  deliveryFacts.pipe(
    Effect.tap((facts) =>
      Effect.sync(() => {
        oldestPendingSeconds.set(facts.oldestPending)
        dead.set(facts.dead)
        disabledEndpoints.set(facts.disabled)
      })
    ),
    Effect.catchCause((cause) => {
      if (Cause.hasInterrupts(cause)) return Effect.interrupt
      const error = Cause.squash(cause)
      if (error instanceof DbError && error.unavailable) return Effect.void
      return Effect.logWarning("Deliveries cannot be measured", { reason: describe(error) })
    }),
    Effect.andThen(Effect.sleep(every)),
    Effect.forever
  )
