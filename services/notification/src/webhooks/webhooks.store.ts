import { type EventStore, StoreError } from "@sluice/event-store/store.port"
import { DbError, type Postgres } from "@sluice/postgres"
import { describe } from "@sluice/projection/consumer.errors"
import { Cause, Effect } from "effect"
import type { Outage } from "../outage.ts"
import type { Courier, Finished } from "./webhooks.courier.ts"
import { attemptSeconds, attemptsTotal, deliveriesTotal } from "./webhooks.metrics.ts"
import { newPause, type StorePart } from "./webhooks.settings.ts"
import { type Settled, type Settling, settle } from "./webhooks.settle.ts"
import { releaseDeliveries } from "./webhooks.sql.ts"

/** So many results are stored at once. */
const AT_ONCE = 256

export interface StoreSettings extends Settling {
  readonly courier: Courier
  readonly outage: Outage<StorePart>
  readonly onSettled?: ((settled: ReadonlyArray<Settled>) => void) | undefined
}

/** Stores what the courier has done, a batch of it. True: there may be something to claim because of it. */
export const storeDone = (settings: StoreSettings): Effect.Effect<boolean, never, Postgres | EventStore> =>
  Effect.gen(function* () {
    const { courier, instance, outage } = settings
    const { finished, released, lookAgain } = courier.drain(AT_ONCE)
    yield* storing(finished, outage, (some) => settleFinished(some, settings))
    // What failed first, so that with strict order nothing overtakes it.
    yield* storing(released, outage, (some) => releaseDeliveries(instance, some))
    courier.stored(finished.length + released.length)
    return lookAgain
  })

const settleFinished = (finished: ReadonlyArray<Finished>, settings: StoreSettings) =>
  Effect.suspend(() => {
    const now = performance.now()
    const results = finished.map(({ began, ...rest }) => ({ ...rest, ago: Math.round(now - began) }))
    return Effect.map(settle(settings, results), (settled) => {
      count(settled)
      settings.onSettled?.(settled)
    })
  })

const count = (settled: ReadonlyArray<Settled>): void => {
  for (const { result, status } of settled) {
    if (status === undefined) continue
    attemptsTotal.inc({ outcome: result.outcome })
    attemptSeconds.observe(result.latencyMillis / 1000)
    if (status !== "pending") deliveriesTotal.inc({ outcome: status })
  }
}

/** Tries again for as long as it is nobody's fault. Given up is only what the database refuses. */
const storing = <A>(
  items: ReadonlyArray<A>,
  outage: Outage<StorePart>,
  store: (items: ReadonlyArray<A>) => Effect.Effect<unknown, unknown, Postgres | EventStore>
) => {
  const pause = newPause()
  const attempt = (some: ReadonlyArray<A>): Effect.Effect<void, never, Postgres | EventStore> =>
    Effect.suspend(() => store(some)).pipe(
      Effect.andThen(outage.ended("settle")),
      Effect.catchCause((cause) => {
        if (Cause.hasInterrupts(cause)) return Effect.interrupt
        const error = Cause.squash(cause)
        if (passes(error))
          return outage
            .began("settle", describe(error))
            .pipe(Effect.andThen(pause.sleep), Effect.andThen(attempt(some)))
        if (some.length > 1) return Effect.forEach(some, (one) => attempt([one]), { discard: true })
        return Effect.logError("The outcome of a delivery cannot be stored", { reason: describe(error) })
      })
    )
  return items.length === 0 ? Effect.void : attempt(items)
}

/** The surroundings' fault: the same will do later. */
const passes = (error: unknown): boolean =>
  error instanceof DbError
    ? error.unavailable || error.endsConnection || error.contention || error.class === "57"
    : error instanceof StoreError && error.retryable
