import { type Consumer, JetStreamApiCodes, JetStreamApiError, type JetStreamClient } from "@nats-io/jetstream"
import { SubscriptionRefused } from "./subscription.options.ts"

/** A durable as it is used: nothing about it is ever changed from here. */
export interface Durable {
  readonly consumer: Consumer
  /** Milliseconds until the broker delivers again what was not acknowledged. */
  readonly ackWait: number
  /** Delivered and not acknowledged, to whomever. */
  readonly unacknowledged: () => Promise<number>
}

const NANOS = 1_000_000
const HOW =
  "durables are made by the operator (`sluice nats subscriber add`, or POST /v1/subscribers), who also says the apiPrefix"

/** Looks the durable up. Rejects with a `SubscriptionRefused` where it is missing or of no use, else with the broker's error. */
export const findDurable = async (js: JetStreamClient, stream: string, name: string): Promise<Durable> => {
  const consumer = await js.consumers.get(stream, name).catch((cause: unknown) => {
    throw missing(cause, stream, name) ?? cause
  })
  const { config } = await consumer.info(true)
  if (config.deliver_subject !== undefined)
    throw new SubscriptionRefused(`The durable ${name} pushes; a subscription needs one to pull from`)
  if (config.ack_policy !== "explicit")
    throw new SubscriptionRefused(
      `The durable ${name} has the ack policy ${config.ack_policy}; a subscription needs "explicit"`
    )
  return {
    consumer,
    ackWait: (config.ack_wait ?? 30_000 * NANOS) / NANOS,
    unacknowledged: async () => (await consumer.info()).num_ack_pending
  }
}

/** In an account of one's own, what one may not use looks like what is not there: nobody answers. */
const missing = (cause: unknown, stream: string, name: string): SubscriptionRefused | undefined => {
  const { ConsumerNotFound, StreamNotFound } = JetStreamApiCodes
  if (cause instanceof JetStreamApiError && (cause.code === ConsumerNotFound || cause.code === StreamNotFound))
    return new SubscriptionRefused(`There is no durable ${name} on the stream ${stream}: ${HOW}`, { cause })
  if (cause instanceof Error && /no responders|jetstream is not enabled/i.test(cause.message))
    return new SubscriptionRefused(`Nobody answers for the durable ${name} on the stream ${stream}: ${HOW}`, { cause })
  return undefined
}
