import type { ConsumerConfig, StreamConfig } from "@nats-io/jetstream"
import consumers from "../../../ops/nats/consumers.json" with { type: "json" }
import streams from "../../../ops/nats/streams.json" with { type: "json" }

export type DeclaredStream = Partial<StreamConfig> & { readonly name: string }
export type DeclaredConsumer = Partial<ConsumerConfig> & { readonly durable_name: string }

/** The stream that carries every event. */
export const EVENTS = "EVENTS"

/** What an installation may set by environment. */
export interface StreamLimits {
  /** Bytes on disk; a full stream refuses, and the outbox grows until there is room. */
  readonly maxBytes?: number | undefined
  /** Copies in a JetStream cluster. */
  readonly replicas?: number | undefined
}

/** A stream of `ops/nats/streams.json`. Durations there are nanoseconds, as the broker and its tools have them. */
export const declaredStream = (name: string, limits: StreamLimits = {}): DeclaredStream => {
  const found = streams.find((stream) => stream.name === name)
  if (found === undefined) throw new Error(`ops/nats/streams.json declares no stream ${name}`)
  return {
    ...(found as DeclaredStream),
    ...(limits.maxBytes === undefined ? {} : { max_bytes: limits.maxBytes }),
    ...(limits.replicas === undefined ? {} : { num_replicas: limits.replicas })
  }
}

/** The consumers of events, by name: those that have a checkpoint in the database. */
export const eventConsumers: ReadonlyArray<string> = consumers
  .filter(({ stream }) => stream === EVENTS)
  .map(({ durable_name }) => durable_name)

/** A durable of `ops/nats/consumers.json`, with the stream it reads. */
export const declaredConsumer = (durable: string): { readonly stream: string; readonly config: DeclaredConsumer } => {
  const found = consumers.find((consumer) => consumer.durable_name === durable)
  if (found === undefined) throw new Error(`ops/nats/consumers.json declares no consumer ${durable}`)
  const { stream, ...config } = found
  return { stream, config: config as DeclaredConsumer }
}
