import { AckPolicy, DeliverPolicy, JetStreamApiError } from "@nats-io/jetstream"
import { Unavailable } from "@sluice/contracts/http/http.errors"
import { slotName } from "@sluice/contracts/subscriber/subscriber.names"
import { coveringSubject } from "@sluice/contracts/subscriber/subscriber.patterns"
import { type BrokerError, consumerInfo, type DeclaredConsumer, EVENTS, Nats } from "@sluice/messaging"
import { Effect } from "effect"

/** A slot in use: what `every_subscriber` answers. */
export interface Slot {
  readonly tenant: string
  readonly slot: number
  readonly types: ReadonlyArray<string>
}

export const ACK_WAIT_SECONDS = 30
export const MAX_ACK_PENDING = 1000

/**
 * The durable of a slot. It begins with the oldest event that EVENTS holds, so that making it anew, however late, leaves nothing out;
 * subscribers know by version what they had. It never gives an event up, and stays however long nobody pulls.
 */
export const durableOf = ({ tenant, slot, types }: Slot) =>
  ({
    durable_name: slotName(tenant, slot),
    description: `A subscriber of ${tenant}.`,
    filter_subject: coveringSubject(tenant, types),
    ack_policy: AckPolicy.Explicit,
    ack_wait: ACK_WAIT_SECONDS * 1e9,
    max_ack_pending: MAX_ACK_PENDING,
    max_deliver: -1,
    deliver_policy: DeliverPolicy.All
  }) satisfies DeclaredConsumer

/** Makes the slot's durable anew: what was there before, under the same name, was somebody else's. */
export const makeDurable = (slot: Slot): Effect.Effect<void, BrokerError, Nats> =>
  Effect.andThen(
    dropDurable(slotName(slot.tenant, slot.slot)),
    Nats.use((nats) => nats.request((manager) => manager.consumers.add(EVENTS, durableOf(slot)))).pipe(Effect.asVoid)
  )

/** Makes the durable unless it is there as it should be. Answers whether it had to. */
export const ensureDurable = (slot: Slot): Effect.Effect<boolean, BrokerError, Nats> =>
  Effect.gen(function* () {
    const wanted = durableOf(slot)
    const info = yield* consumerInfo(EVENTS, wanted.durable_name)
    if (info?.config.filter_subject === wanted.filter_subject) return false
    yield* makeDurable(slot)
    return true
  })

/** Takes a durable away, if it is there. */
export const dropDurable = (durable: string): Effect.Effect<void, BrokerError, Nats> =>
  Nats.use((nats) =>
    nats.request(async (manager) => {
      await manager.consumers.delete(EVENTS, durable).catch((cause) => {
        if (!(cause instanceof JetStreamApiError && cause.status === 404)) throw cause
      })
    })
  )

/** The broker did not do it: 503. */
export const orBrokerAway = <A, R>(work: Effect.Effect<A, BrokerError, R>): Effect.Effect<A, Unavailable, R> =>
  Effect.mapError(work, () => new Unavailable({ what: "The broker" }))
