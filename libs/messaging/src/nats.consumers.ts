import { type ConsumerConfig, type ConsumerInfo, JetStreamApiError } from "@nats-io/jetstream"
import { Effect } from "effect"
import type { BrokerError } from "./broker-error.ts"
import { Nats } from "./nats.service.ts"
import { agrees } from "./nats.streams.ts"

const CONSUMER_NOT_FOUND = 10014

export type DurableConfig = Partial<ConsumerConfig> & { readonly durable_name: string }

/** What the broker knows of a durable, or undefined when there is none. */
export const consumerInfo = (
  stream: string,
  durable: string
): Effect.Effect<ConsumerInfo | undefined, BrokerError, Nats> =>
  Nats.use((nats) => nats.request((manager) => manager.consumers.info(stream, durable))).pipe(
    Effect.catchIf(
      (error) => error.code === CONSUMER_NOT_FOUND,
      () => Effect.undefined
    )
  )

/** Makes the durable, or brings an existing one to the declared settings; where it starts only counts when it is made. */
export const ensureConsumer = (
  stream: string,
  declared: DurableConfig
): Effect.Effect<ConsumerInfo, BrokerError, Nats> =>
  Effect.gen(function* () {
    const nats = yield* Nats
    const info = yield* consumerInfo(stream, declared.durable_name)
    if (info === undefined) return yield* nats.request((manager) => manager.consumers.add(stream, { ...declared }))
    const { deliver_policy: _policy, opt_start_seq: _sequence, opt_start_time: _time, ...lasting } = declared
    if (agrees(lasting, info.config)) return info
    return yield* nats.request((manager) => manager.consumers.update(stream, declared.durable_name, lasting))
  })

/** Makes the durable anew so that its first message is the one at `startSequence` or the next one kept. */
export const recreateConsumer = (
  stream: string,
  declared: DurableConfig,
  startSequence: number
): Effect.Effect<ConsumerInfo, BrokerError, Nats> =>
  Nats.use((nats) =>
    nats.request(async (manager) => {
      await manager.consumers.delete(stream, declared.durable_name).catch((cause) => {
        if (!(cause instanceof JetStreamApiError && cause.code === CONSUMER_NOT_FOUND)) throw cause
      })
      return manager.consumers.add(stream, {
        ...declared,
        deliver_policy: "by_start_sequence",
        opt_start_seq: Math.max(1, startSequence)
      })
    })
  )
