import { type ConsumerConfig, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream"
import { connect, type NatsConnection } from "@nats-io/transport-node"
import { toCloudEvent } from "@sluice/contracts/event/event.cloud-event"
import type { AnyEvent } from "@sluice/contracts/event/event.registry"
import { schemaVersionOf } from "@sluice/contracts/event/event.registry"
import { streamId } from "@sluice/contracts/event/event.stream-id"
import { eventSubject } from "@sluice/contracts/event/event.subjects"
import { type EmbeddedNats, holdsWithin } from "@sluice/embedded"
import { testNats } from "@sluice/testing"
import { afterAll, expect } from "vitest"

/** A broker with the stream EVENTS as the system's publisher and operator have it. */
export interface Events {
  readonly server: EmbeddedNats
  readonly connection: NatsConnection
  readonly manager: JetStreamManager
  /** As an operator provisions it; `ack_wait` in milliseconds. */
  readonly addDurable: (name: string, config?: Partial<ConsumerConfig>) => Promise<void>
  /** Publishes an event as the next one of its stream, or as the version given; of the tenant acme unless told. */
  readonly publish: <T extends AnyEvent["type"]>(
    id: string,
    type: T,
    data: Extract<AnyEvent, { readonly type: T }>["data"],
    version?: number,
    tenant?: string
  ) => Promise<void>
  readonly publishRaw: (subject: string, data: string) => Promise<void>
}

const NANOS = 1_000_000
/** A message id that says: this is no event that Sluice has published. */
export const foreignId = (): string => `foreign-${crypto.randomUUID()}`
const actor = { kind: "user" as const, id: "ada", roles: ["pm"] }

export const eventsOn = async (server: EmbeddedNats): Promise<Events> => {
  const connection = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 })
  afterAll(() => connection.close())
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name: "EVENTS", subjects: ["evt.>"] })
  const versions = new Map<string, number>()
  let position = 0
  const publishRaw = async (subject: string, data: string): Promise<void> => {
    await manager.jetstream().publish(subject, data, { msgID: foreignId() })
  }
  return {
    server,
    connection,
    manager,
    addDurable: async (name, { ack_wait = 30_000, ...config } = {}) => {
      const declared = { durable_name: name, ack_policy: "explicit" as const, ack_wait: ack_wait * NANOS, ...config }
      await manager.consumers.add("EVENTS", declared)
    },
    publishRaw,
    publish: (id, type, data, version, tenant = "acme") => {
      const stream = streamId(type.split(".")[0] as string, id)
      const next = version ?? (versions.get(stream) ?? 0) + 1
      versions.set(stream, next)
      position += 1
      const event = toCloudEvent({
        position,
        tenant,
        streamId: stream,
        version: next,
        eventId: `${stream}/${next}`,
        type,
        schemaVersion: schemaVersionOf(type),
        data: data as never,
        metadata: { actor, correlationId: "c", causationId: "c" },
        recordedAt: "2026-01-01T00:00:00.000Z"
      })
      return publishRaw(eventSubject(tenant, type, stream), JSON.stringify(event))
    }
  }
}

export const events = async (): Promise<Events> => eventsOn(await testNats())

/** Waits until a condition holds; fails the test when it does not within so many milliseconds. */
export const eventually = async (what: string, condition: () => boolean | Promise<boolean>, millis = 20_000) => {
  if (!(await holdsWithin(millis, async () => condition()))) expect.fail(`${what}: not within ${millis} ms`)
}

/** Everything about a durable is settled: nothing left to deliver, nothing unacknowledged. */
export const settled = async ({ manager }: Pick<Events, "manager">, durable: string, millis?: number) =>
  eventually(
    `${durable} is settled`,
    async () => {
      const info = await manager.consumers.info("EVENTS", durable)
      return info.num_pending === 0 && info.num_ack_pending === 0
    },
    millis
  )
