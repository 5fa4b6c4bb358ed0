/**
 * A subscription: messages of a durable, decoded, each handed to the handler until it succeeds, in order within a stream.
 *
 * `subscription.receive.ts` fills the hand, `hand.ts` says what is worked on next, `subscription.work.ts` works on it. Here
 * they are put together, and here a heartbeat tells the broker that what is in hand is alive, so that waiting behind a
 * slow handler brings no second delivery. Delivery is at least once: events that are done are remembered by stream and
 * version, but only so many and only in this process.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { type JsMsg, jetstream } from "@nats-io/jetstream"
import type { NatsConnection } from "@nats-io/transport-node"
import { readMessage } from "./event.read.ts"
import type { EventPattern } from "./event.types.ts"
import { Hand } from "./hand.ts"
import { BoundedMemory } from "./memory.bounded.ts"
import { connectionOf } from "./subscription.connection.ts"
import { type Durable, findDurable } from "./subscription.durable.ts"
import { type Held, heldOf, keyOf, settle } from "./subscription.message.ts"
import type { SubscribeOptions, Subscription } from "./subscription.options.ts"
import { receive } from "./subscription.receive.ts"
import { asker, workOn } from "./subscription.work.ts"

/**
 * Subscribes to events. Resolves when the durable is found and events begin to come; rejects with a `SubscriptionRefused`
 * where it is missing, or with the broker's error. From then on it comes back by itself.
 */
export const subscribe = async <const P extends EventPattern>(options: SubscribeOptions<P>): Promise<Subscription> => {
  options.signal?.throwIfAborted()
  if (options.types.length === 0) throw new TypeError('types is empty: name some, for example "approval.*"')
  const { concurrency = 1, inHand = 64 } = options
  // With less, nothing would ever be handled, and nobody would hear why.
  for (const [name, value] of Object.entries({ concurrency, inHand }))
    if (!(value >= 1)) throw new TypeError(`${name} is ${value}: it must be 1 or more`)
  const { connection, release } = await connectionOf(options.broker)
  const js = jetstream(connection, options.apiPrefix === undefined ? {} : { apiPrefix: options.apiPrefix })
  const find = () => findDurable(js, options.stream ?? "EVENTS", options.durable)
  const first = await find().catch(async (cause: unknown) => {
    await release()
    throw cause
  })

  const stopping = new AbortController()
  const done = new BoundedMemory<true>(options.remembered ?? 10_000)
  const ask = asker(options)
  const onDone = (item: Held) => done.set(keyOf(item), true)
  const hand = new Hand<Held>(concurrency, workOn({ ...options, ask, onDone, stopping: stopping.signal }))

  let heartbeat: NodeJS.Timeout | undefined
  const onDurable = ({ ackWait }: Durable) => {
    clearInterval(heartbeat)
    heartbeat = setInterval(() => {
      for (const { deliveries } of hand.items()) settle(deliveries.slice(-1), (message) => message.working())
    }, ackWait / 3)
  }
  const take = (message: JsMsg): void => {
    const reading = readMessage(options.types, message.data)
    const item = reading.kind === "unwanted" ? undefined : heldOf(message, reading)
    // Done comes first: what is just done is in the hand for a moment still, and nobody looks at its deliveries any more.
    const over = item === undefined || done.has(keyOf(item))
    const twin = over ? undefined : hand.find(item.stream, item.version)
    if (over) settle([message], acknowledge)
    else if (twin === undefined) hand.add(item)
    else twin.deliveries.push(message)
  }
  const onFailure = (error: Error) => void ask({ kind: "broker", error })
  const receiver = receive({ find, hand, inHand, take, onDurable, onFailure, stopping: stopping.signal }, first)
  const status = connection.status() as ReturnType<NatsConnection["status"]> & { readonly stop?: () => void }
  void (async () => {
    for await (const { type } of status) if (type === "disconnect" || type === "reconnect") receiver.disturb()
  })()

  const end = async (): Promise<void> => {
    stopping.abort(new Error("The subscription is stopped"))
    options.signal?.removeEventListener("abort", onAbort)
    // Left to the connection, which may go on, it would listen as long as that.
    status.stop?.()
    // Both at once: what still arrives while handlers end is given back with the rest.
    await Promise.all([hand.stop(), receiver.ended])
    clearInterval(heartbeat)
    for (const { deliveries } of hand.items()) settle(deliveries, (message) => message.nak())
    // Away, the broker delivers again later what it has not heard about.
    await Promise.race([connection.flush().catch(() => undefined), sleep(FAREWELL)])
    await release()
  }
  let ending: Promise<void> | undefined
  const stop = (): Promise<void> => {
    ending ??= end()
    return ending
  }
  const onAbort = () => void stop()
  options.signal?.addEventListener("abort", onAbort, { once: true })
  if (options.signal?.aborted === true) void stop()
  const asked = new Promise<void>((resolve) =>
    stopping.signal.addEventListener("abort", () => resolve(), { once: true })
  )
  const closed = Promise.race([connection.closed(), asked]).then(async (error) => {
    const unasked = ending === undefined
    await stop()
    return unasked ? (error ?? new Error("The connection to the broker was closed")) : undefined
  })
  return { stop, closed }
}

/** Milliseconds for the last acknowledgements to reach the broker. */
const FAREWELL = 2_000
const acknowledge = (message: JsMsg): void => message.ack()
