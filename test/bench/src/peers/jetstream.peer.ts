import {
  AckPolicy,
  type Consumer,
  type JetStreamClient,
  jetstream,
  jetstreamManager,
  StorageType
} from "@nats-io/jetstream"
import type { MsgHdrs, NatsConnection } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import { CONTENT_TYPE } from "@sluice/contracts/event/event.cloud-event"
import { sampleMessage } from "../ground/sample.message.ts"

const stream = "RAW"
const subjects = 64
const subjectOf = (message: number): string => `raw.bench.session.opened.${message % subjects}`
const outstanding = 512

/**
 * JetStream by its own client: messages like those that the relay sends (body, headers, number of subjects), kept in files
 * as ours are; nothing is read from a database and nobody minds the order. All answer messages per second.
 */
export interface JetStreamPeer {
  /** By the client's `publish`, each acknowledged by the broker, 512 of them on the way. */
  readonly publish: (messages: number) => Promise<number>
  /** The same by the protocol alone: what Node and the broker can do at most. */
  readonly publishAtMost: (messages: number) => Promise<number>
  readonly publishOne: (payload: string) => Promise<unknown>
  /** By the client's `consume`, a durable pull consumer that acknowledges each; there must be so many in the stream. */
  readonly consume: (messages: number) => Promise<number>
  /** The same without a promise per message. */
  readonly consumeAtMost: (messages: number) => Promise<number>
  readonly close: () => Promise<void>
}

/** @param url a broker of one's own: the peer keeps its stream there, beside whatever else there is */
export const jetStreamPeer = async (url: string): Promise<JetStreamPeer> => {
  const connection = await connect({ servers: url })
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name: stream, subjects: ["raw.>"], storage: StorageType.File })
  const client = jetstream(connection)
  return {
    publish: (messages) => publish(client, messages),
    publishAtMost: (messages) => publishAtMost(connection, messages),
    publishOne: (payload) => client.publish(subjectOf(0), payload),
    consume: (messages) => consume(connection, messages, byIteration),
    consumeAtMost: (messages) => consume(connection, messages, byCallback),
    close: () => connection.close()
  }
}

/** Written as bytes: the client's own header type costs as much as the rest of the message. */
const headersOf = (id: string): MsgHdrs => {
  const bytes = Buffer.from(`NATS/1.0\r\nNats-Msg-Id: ${id}\r\nContent-Type: ${CONTENT_TYPE}\r\n\r\n`)
  return { encode: () => bytes } as unknown as MsgHdrs
}

const publish = async (client: JetStreamClient, messages: number): Promise<number> => {
  const payload = new TextEncoder().encode(sampleMessage())
  const from = performance.now()
  let sent = 0
  const sender = async (): Promise<void> => {
    while (sent < messages) {
      sent += 1
      await client.publish(subjectOf(sent), payload, { headers: headersOf(crypto.randomUUID()) })
    }
  }
  await Promise.all(Array.from({ length: outstanding }, sender))
  return (messages / (performance.now() - from)) * 1000
}

/** One reply inbox for all, and no promise per message. */
const publishAtMost = async (connection: NatsConnection, messages: number): Promise<number> => {
  const manager = await jetstreamManager(connection)
  const before = (await manager.streams.info(stream)).state.messages
  const payload = new TextEncoder().encode(sampleMessage())
  const inbox = `_INBOX.${crypto.randomUUID()}`
  const { promise: done, resolve } = Promise.withResolvers<void>()
  let sent = 0
  let acknowledged = 0
  const fillWindow = (): void => {
    for (; sent < messages && sent - acknowledged < outstanding; sent++) {
      connection.publish(subjectOf(sent), payload, { reply: inbox, headers: headersOf(`${inbox}-${sent}`) })
    }
  }
  const subscription = connection.subscribe(inbox, {
    callback: () => {
      acknowledged += 1
      if (acknowledged === messages) resolve()
      else fillWindow()
    }
  })
  const from = performance.now()
  fillWindow()
  await done
  const rate = (messages / (performance.now() - from)) * 1000
  subscription.unsubscribe()
  const stored = (await manager.streams.info(stream)).state.messages - before
  if (stored !== messages) throw new Error(`the broker stored ${stored} of ${messages} messages`)
  return rate
}

/** Messages that wait in the client: more of them make it no faster. */
const buffered = 4096

/** Acknowledges every message and calls `seen`, until it answers true. */
type Loop = (consumer: Consumer, seen: () => boolean) => Promise<void>

/** As the client's documentation has it. */
const byIteration: Loop = async (consumer, seen) => {
  for await (const message of await consumer.consume({ max_messages: buffered })) {
    message.ack()
    if (seen()) return
  }
}

const byCallback: Loop = async (consumer, seen) => {
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const subscription = await consumer.consume({
    max_messages: buffered,
    callback: (message) => {
      message.ack()
      if (seen()) resolve()
    }
  })
  await done
  await subscription.close()
}

const consume = async (connection: NatsConnection, messages: number, loop: Loop): Promise<number> => {
  const manager = await jetstreamManager(connection)
  const name = `raw-${crypto.randomUUID()}`
  await manager.consumers.add(stream, { durable_name: name, ack_policy: AckPolicy.Explicit, max_ack_pending: 10_000 })
  let count = 0
  let from = performance.now()
  let rate = 0
  await loop(await jetstream(connection).consumers.get(stream, name), () => {
    if (count === 0) from = performance.now()
    count += 1
    if (count === messages) rate = ((messages - 1) / (performance.now() - from)) * 1000
    return count === messages
  })
  await manager.consumers.delete(stream, name)
  return rate
}
