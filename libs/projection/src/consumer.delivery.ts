import { type JsMsg, jetstream } from "@nats-io/jetstream"
import { consumerInfo, Nats, recreateConsumer } from "@sluice/messaging"
import { Effect } from "effect"
import type { Consumer, ConsumerSettings } from "./consumer.definition.ts"
import { type Reading, readMessage } from "./consumer.entry.ts"
import { describe, SessionEnded } from "./consumer.errors.ts"
import type { Inbox } from "./consumer.inbox.ts"

/** A message with what it says. Its sequence is parsed when asked for, so it is asked of few. */
export interface Delivery {
  readonly message: JsMsg
  readonly reading: Reading
}

export const toDelivery =
  (consumer: Consumer) =>
  (message: JsMsg): Delivery => ({ message, reading: readMessage(consumer, message.data) })

/**
 * The durable, made anew unless it stands exactly before `sequence` with nothing under way: what was delivered to a
 * process that is gone would come again only after the broker's `ack_wait`, and what was acknowledged would never come again.
 */
const prepareDurable = ({ durable }: ConsumerSettings, sequence: number) =>
  Effect.gen(function* () {
    const info = yield* consumerInfo(durable.stream, durable.config.durable_name)
    const stands =
      info !== undefined &&
      info.ack_floor.stream_seq === sequence - 1 &&
      info.delivered.stream_seq === sequence - 1 &&
      info.config.filter_subject === durable.config.filter_subject &&
      info.config.ack_policy === durable.config.ack_policy
    if (!stands) yield* recreateConsumer(durable.stream, durable.config, sequence)
  })

/** Messages asked for at once: enough to make asking cheap, few enough for their bytes to be bearable when all are large. */
const PULL = 256

/** Makes the durable stand before `sequence`. `receiving` then fills the inbox as long as it has room, and ends only by failing. */
export const receive = (settings: ConsumerSettings, sequence: number, inbox: Inbox<JsMsg, Delivery>) =>
  Effect.gen(function* () {
    const nats = yield* Nats
    yield* prepareDurable(settings, sequence)
    const connection = yield* nats.connection
    const { stream, config } = settings.durable
    const ended = (cause: unknown) => new SessionEnded({ message: `The broker stopped delivering: ${describe(cause)}` })
    const durable = yield* Effect.tryPromise({
      try: () => jetstream(connection).consumers.get(stream, config.durable_name),
      catch: ended
    })
    // Not `consume()`: it asks for more as soon as messages arrive, whether there is room for them or not.
    const pull = Effect.promise(inbox.room).pipe(
      Effect.andThen(
        Effect.acquireUseRelease(
          Effect.tryPromise({
            try: () => durable.fetch({ max_messages: PULL, expires: 5000, idle_heartbeat: 1000 }),
            catch: ended
          }),
          (messages) =>
            Effect.tryPromise({
              try: async () => {
                for await (const message of messages) inbox.push(message)
              },
              catch: ended
            }),
          (messages) => Effect.promise(() => messages.close())
        )
      )
    )
    return { receiving: Effect.forever(pull) }
  })
