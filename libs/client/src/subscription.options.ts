import type { NatsConnection, NodeConnectionOptions } from "@nats-io/transport-node"
import type { EventPattern, SluiceEvent } from "./event.types.ts"

/**
 * A connection of one's own, which stays open and comes back as long as it was told to; or how to make one, which comes back
 * for ever and is closed with the subscription.
 */
export type Broker =
  | { readonly connection: NatsConnection }
  | {
      readonly servers: string | ReadonlyArray<string>
      /** The seed of the user's nkey (`SU…`). */
      readonly nkeySeed?: string
      /** Certificates, other credentials, names: whatever `connect` of `@nats-io/transport-node` takes. */
      readonly connect?: NodeConnectionOptions
    }

/** What a handler is told beside the event. */
export interface HandlingContext {
  /** Aborted when the subscription is stopped: cut short what takes long, by throwing. */
  readonly signal: AbortSignal
  /** 1, and more after failures in this process. */
  readonly attempt: number
  /** How often the broker has delivered it, to any process. */
  readonly deliveries: number
}

/** Something that the handler cannot settle. */
export type SubscriptionProblem<P extends EventPattern = EventPattern> =
  /** It failed as often as `attempts` says, and again each time after. */
  | {
      readonly kind: "handler-failed"
      readonly event: SluiceEvent<P>
      readonly error: unknown
      readonly attempts: number
    }
  /** No event of Sluice, or a version that this client is too old for. */
  | {
      readonly kind: "unreadable"
      readonly error: Error
      /** The NATS subject, the sequence in the stream, and the message itself. */
      readonly natsSubject: string
      readonly sequence: number
      readonly data: Uint8Array
      readonly attempts: number
    }
  /** A type that is younger than this client. It is passed over unless the answer is `retry`. */
  | { readonly kind: "unknown-type"; readonly type: string; readonly subject: string; readonly sequence: number }
  /** The broker does not deliver: it is away, or the durable is gone. Said once; it is tried again for as long as it takes. */
  | { readonly kind: "broker"; readonly error: Error }

/** `skip`: never deliver it again. `retry`: try again after the longest pause; the events behind it in its stream wait. */
export type Verdict = "skip" | "retry"

export interface SubscribeOptions<P extends EventPattern> {
  readonly broker: Broker
  /** The durable that the operator made for this subscriber, for example `acme-s01`. */
  readonly durable: string
  /** Default `EVENTS`. */
  readonly stream?: string
  /** Where JetStream's API is in one's account; `sluice` in a tenant's. Default: `$JS.API`. */
  readonly apiPrefix?: string
  /** Which events one wants; others that the durable delivers are passed over. */
  readonly types: ReadonlyArray<P>
  /** When it resolves, the event is done. What it throws has the event tried again, after pauses that grow. */
  readonly handler: (event: SluiceEvent<P>, context: HandlingContext) => unknown
  /**
   * Unless told: unknown types are skipped, everything else is tried again for ever, so that nothing is lost; and either is
   * said as a warning of the process.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a callback that only logs need not answer
  readonly onProblem?: (problem: SubscriptionProblem<P>) => Verdict | void | Promise<Verdict | void>
  /** Failures of a handler at one event before `onProblem` is asked. Default 5. */
  readonly attempts?: number
  /** Milliseconds before a failed event is tried again the first time; doubled each time. Default 200. */
  readonly firstPause?: number
  /** Milliseconds. Default 30,000. */
  readonly longestPause?: number
  /** Streams handled at the same time; within a stream it is always one after the other. Default 1. */
  readonly concurrency?: number
  /** Messages taken from the broker and not done yet, at most, beside those that wait behind a failure (1,000 at most). Default 64. */
  readonly inHand?: number
  /** Of how many events it is remembered that they are done. Default 10,000. */
  readonly remembered?: number
  /** Stops the subscription. */
  readonly signal?: AbortSignal
}

export interface Subscription {
  /**
   * Waits for handlers under way, gives back what is not begun, and ends. Doing it again waits for the same. A handler may call
   * it, and must not wait for it: it would wait for itself.
   */
  readonly stop: () => Promise<void>
  /** Resolves when it has ended: undefined after `stop`, an error when the connection was closed for good. */
  readonly closed: Promise<Error | undefined>
}

/** The subscription cannot start; the message says what to do. */
export class SubscriptionRefused extends Error {
  override readonly name: string = "SubscriptionRefused"
}
