import type { StreamConfig, StreamInfo } from "@nats-io/jetstream"
import { JetStreamApiError } from "@nats-io/jetstream"
import { Effect } from "effect"
import type { BrokerError } from "./broker-error.ts"
import { Nats } from "./nats.service.ts"

/** What a stream holds right now. */
export interface StreamState {
  /** When the stream was made (RFC 3339, nanoseconds): another one means that it was made anew. */
  readonly created: string
  /** Sequence of the oldest message kept; one more than `last` when there is none. */
  readonly first: number
  /** Sequence given to the newest message ever stored, also when it has been removed since. */
  readonly last: number
  readonly messages: number
  readonly bytes: number
}

/** A stored message. */
export interface StoredMessage {
  readonly sequence: number
  readonly subject: string
  /** `Nats-Msg-Id`; empty where the publisher gave none. */
  readonly messageId: string
  readonly data: Uint8Array
}

const STREAM_NOT_FOUND = 10059

const toState = ({ created, state }: StreamInfo): StreamState => ({
  created,
  first: state.first_seq,
  last: state.last_seq,
  messages: state.messages,
  bytes: state.bytes
})

/** The state of a stream, or undefined when there is none of that name. */
export const streamState = (name: string): Effect.Effect<StreamState | undefined, BrokerError, Nats> =>
  Nats.use((nats) => nats.request((manager) => manager.streams.info(name))).pipe(
    Effect.map(toState),
    Effect.catchIf(
      (error) => error.code === STREAM_NOT_FOUND,
      () => Effect.undefined
    )
  )

/** The message at a sequence, or undefined when it is not there (any more). */
export const messageAt = (
  stream: string,
  sequence: number
): Effect.Effect<StoredMessage | undefined, BrokerError, Nats> =>
  Nats.use((nats) =>
    nats.request(async (manager) => {
      try {
        const message = await manager.streams.getMessage(stream, { seq: sequence })
        if (message === null) return undefined
        return {
          sequence: message.seq,
          subject: message.subject,
          messageId: message.header.get("Nats-Msg-Id"),
          data: message.data
        }
      } catch (cause) {
        if (cause instanceof JetStreamApiError && cause.status === 404 && cause.code !== STREAM_NOT_FOUND)
          return undefined
        throw cause
      }
    })
  )

/** The `Nats-Msg-Id` of the message stored at a sequence; undefined when no message is there. */
export const messageIdAt = (stream: string, sequence: number): Effect.Effect<string | undefined, BrokerError, Nats> =>
  Effect.map(messageAt(stream, sequence), (message) => message?.messageId)

/** Makes the stream, or brings an existing one to the declared settings. Storage cannot change: that fails. */
export const ensureStream = (
  declared: Partial<StreamConfig> & { readonly name: string }
): Effect.Effect<StreamState, BrokerError, Nats> =>
  Nats.use((nats) =>
    nats.request(async (manager) => {
      try {
        const info = await manager.streams.info(declared.name)
        if (agrees(declared, info.config)) return toState(info)
        return toState(await manager.streams.update(declared.name, { ...info.config, ...declared }))
      } catch (cause) {
        if (cause instanceof JetStreamApiError && cause.code === STREAM_NOT_FOUND) {
          return toState(await manager.streams.add({ ...declared }))
        }
        throw cause
      }
    })
  )

/** Whether every declared setting is in force. The server leaves out what has its zero value. */
export const agrees = (declared: object, actual: object): boolean =>
  Object.entries(declared).every(([name, value]) => {
    const found = (actual as Record<string, unknown>)[name]
    if (value === undefined) return true
    if (found === undefined) return value === false || value === 0 || value === ""
    return JSON.stringify(found) === JSON.stringify(value)
  })
