import { type JsMsg, jetstream } from "@nats-io/jetstream"
import { consumerInfo, Nats, recreateConsumer } from "@sluice/messaging"
import { Effect } from "effect"
import type { Consumer, ConsumerSettings } from "./consumer.definition.ts"
import { type Reading, readMessage } from "./consumer.entry.ts"
import { SessionEnded } from "./consumer.errors.ts"
import type { Inbox } from "./consumer.inbox.ts"

/** A message with what it says. */
export interface Delivery extends Reading {
  readonly sequence: number
  readonly message: JsMsg
}

export const toDelivery =
  (consumer: Consumer) =>
  (message: JsMsg): Delivery => ({ ...readMessage(consumer, message.data), sequence: message.seq, message })

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

/** Receives from `sequence` on into the inbox while the scope lives. `ended` fails when the durable or the stream is gone. */
export const receive = (settings: ConsumerSettings, sequence: number, inbox: Inbox<JsMsg, Delivery>) =>
  Effect.gen(function* () {
    const nats = yield* Nats
    yield* prepareDurable(settings, sequence)
    const connection = yield* nats.connection
    const { stream, config } = settings.durable
    const messages = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: async () => {
          const durable = await jetstream(connection).consumers.get(stream, config.durable_name)
          return durable.consume({
            max_messages: config.max_ack_pending ?? 1000,
            idle_heartbeat: 1000,
            expires: 5000,
            abort_on_missing_resource: true,
            callback: inbox.push
          })
        },
        catch: (cause) => new SessionEnded({ message: `The durable cannot be read: ${String(cause)}` })
      }),
      (receiving) => Effect.promise(() => receiving.close())
    )
    const ended = Effect.gen(function* () {
      const error = yield* Effect.promise(() => messages.closed())
      return yield* new SessionEnded({
        message: `The broker stopped delivering${error instanceof Error ? `: ${error.message}` : ""}`
      })
    })
    return { ended }
  })
