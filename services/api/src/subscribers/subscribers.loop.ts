import { WAKE_CONSUMERS } from "@sluice/contracts/event/event.subjects"
import { slotName } from "@sluice/contracts/subscriber/subscriber.names"
import { EVENTS, Nats, streamState } from "@sluice/messaging"
import type { Postgres } from "@sluice/postgres"
import { Effect, Queue } from "effect"
import { ask } from "../http/read.query.ts"
import { dropDurable, ensureDurable, type Slot } from "./subscribers.durables.ts"
import { furthestBehind, subscribers } from "./subscribers.metrics.ts"

/** Between two looks while nobody calls. */
const EVERY = "10 seconds"
const isSlot = (durable: string): boolean => /-s\d\d$/.test(durable)

/**
 * Brings the slots' durables at the broker to what the table says, for ever.
 *
 *   looking ──all as it should be, or mended──▶ waiting ──every 10 s, or the relay calls──▶ looking
 *
 * - The table is the authority: a row without a durable gets one, a durable of a slot without a row goes. The row of a new subscriber is
 *   written first, so a durable is never taken for a stranger's while its subscriber is being added.
 * - The broker has lost its durables, or everything: the relay begins a new incarnation and calls; the durables are made again, and deliver
 *   again what EVENTS holds. Subscribers know by version what they had.
 * - Every instance of the API does so. Two at once make the same durable twice, which is once. One that read the table just before a
 *   slot changed hands may undo what the other did: the next look mends it, and nothing is left out.
 * - Broker or database are away: the look fails, says so once, and the next one goes on. Only new durables have to wait meanwhile.
 */
export const mendSubscribers: Effect.Effect<never, never, Nats | Postgres> = Effect.gen(function* () {
  const nats = yield* Nats
  const calls = yield* Queue.sliding<true>(1)
  yield* nats.onWake(WAKE_CONSUMERS, () => void Queue.offerUnsafe(calls, true))
  let complained = false
  return yield* Effect.forever(
    mendOnce.pipe(
      Effect.matchEffect({
        onSuccess: () =>
          Effect.sync(() => {
            complained = false
          }),
        onFailure: (error) => {
          const news = !complained && nats.isConnected()
          complained = true
          return news
            ? Effect.logWarning("Subscribers' durables could not be looked at", { error: error.message })
            : Effect.void
        }
      }),
      Effect.andThen(Effect.timeoutOption(Queue.take(calls), EVERY))
    )
  )
}).pipe(Effect.scoped)

/** One look. Durables are listed before the table is read: one that is not in the list yet cannot be missing in the table. */
export const mendOnce = Effect.gen(function* () {
  const nats = yield* Nats
  if (!nats.isConnected() || (yield* streamState(EVENTS)) === undefined) return
  const behind = yield* nats.request(async (manager) => {
    const found = new Map<string, number>()
    for await (const { name, num_pending, num_ack_pending } of manager.consumers.list(EVENTS))
      if (isSlot(name)) found.set(name, num_pending + num_ack_pending)
    return found
  })
  subscribers.set(behind.size)
  furthestBehind.set(Math.max(0, ...behind.values()))
  const slots = yield* ask<ReadonlyArray<Slot>>((sql) => sql`select sluice.every_subscriber() as answer`)
  const known = new Set(slots.map(({ tenant, slot }) => slotName(tenant, slot)))
  for (const durable of [...behind.keys()].filter((name) => !known.has(name))) {
    yield* dropDurable(durable)
    yield* Effect.logInfo("Took away a durable without a subscriber", { durable })
  }
  for (const slot of slots) {
    if (yield* ensureDurable(slot))
      yield* Effect.logInfo("Made a subscriber's durable", { durable: slotName(slot.tenant, slot.slot) })
  }
})
