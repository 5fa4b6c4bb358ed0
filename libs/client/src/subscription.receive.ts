/**
 * Takes messages from a durable into the hand, for as long as the subscription lives.
 *
 * States: *undisturbed*, it pulls, at most as much as the hand has room for, and each pull ends by itself after `PULL`.
 * *Disturbed* (at the start, after a failed pull, after the connection came back), it looks the durable up anew and first
 * collects what the broker holds as delivered and nobody has in hand: until that is back, later events of the same streams
 * may arrive before it, so nothing new is begun. That takes until the broker's `ack_wait` is over at most.
 *
 * Authority is the broker: what is not acknowledged comes again. Pulls are asked for one by one, since `consume()` goes silent
 * without an error on a stream or a durable that was made anew. Failures (broker away, durable gone, no right to it) are said once
 * and tried again with growing pauses for ever. Ends only by `stopping`.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { ConsumerMessages, JsMsg } from "@nats-io/jetstream"
import type { Hand } from "./hand.ts"
import { pauseAfter } from "./retry.policy.ts"
import type { Durable } from "./subscription.durable.ts"
import type { Held } from "./subscription.message.ts"

/**
 * Milliseconds that a pull waits for messages. A stop waits until it has ended, so that nothing is lost on its way and no
 * request is left behind at the broker: nats-server 2.9 gives what comes back to a request that nobody waits for any more.
 */
const PULL = 2_000
/** Milliseconds between the signs of life that the broker gives meanwhile: less than half of `PULL`. */
const HEARTBEAT = 900
/** Milliseconds after which a pull is given up at a stop: the broker is away. */
const FAREWELL = 3_000
/** Failures in a row after which somebody is told; one is a pull that was cut. */
const TOLD_AFTER = 2
/** Milliseconds between two looks at what is outstanding. */
const LOOK = 500
const PAUSES = { firstPause: 100, longestPause: 5_000 }
/** Milliseconds that a message may be late after the broker's `ack_wait`. */
const GRACE = 2_000

export interface Receiving {
  readonly find: () => Promise<Durable>
  readonly hand: Hand<Held>
  readonly inHand: number
  readonly take: (message: JsMsg) => void
  readonly onDurable: (durable: Durable) => void
  /** Said once per kind of failure, when it has failed twice in a row. */
  readonly onFailure: (error: Error) => void
  readonly stopping: AbortSignal
}

export interface Receiver {
  /** Something may have been lost on its way. */
  readonly disturb: () => void
  readonly ended: Promise<void>
}

export const receive = (options: Receiving, first: Durable): Receiver => {
  const { hand, inHand, stopping } = options
  let disturbed = false
  let failures = 0
  /** The kind of failure that was told last. */
  let told: string | undefined

  const pull = async ({ consumer }: Durable, max: number): Promise<void> => {
    const messages = await consumer.fetch({ max_messages: max, expires: PULL, idle_heartbeat: HEARTBEAT })
    const forget = endAfterStop(messages, stopping)
    try {
      for await (const message of messages) options.take(message)
    } finally {
      forget()
    }
  }

  /** Collects what was delivered and is in nobody's hand; `hand` starts nothing meanwhile. */
  const collect = async (durable: Durable): Promise<void> => {
    const deadline = performance.now() + durable.ackWait + GRACE
    const missing = async () => (await durable.unacknowledged()) - hand.size
    hand.hold()
    let outstanding = await missing()
    while (outstanding > 0 && !stopping.aborted) {
      const late = performance.now() > deadline
      // New messages come along with those that come again: not more of them than there is room for.
      if (hand.load < inHand || late) await pull(durable, outstanding)
      else await sleep(LOOK, undefined, { signal: stopping }).catch(() => undefined)
      if (late) break
      outstanding = await missing()
    }
  }

  const run = async (): Promise<void> => {
    let found: Durable | undefined = first
    let durable = first
    while (!stopping.aborted) {
      try {
        if (disturbed || found !== undefined) {
          disturbed = false
          durable = found ?? (await options.find())
          found = undefined
          options.onDurable(durable)
          await collect(durable)
          hand.release()
        }
        await hand.room(inHand)
        if (stopping.aborted) return
        await pull(durable, inHand - hand.load)
        failures = 0
        told = undefined
      } catch (cause) {
        disturbed = true
        hand.release()
        if (stopping.aborted) return
        const error = cause instanceof Error ? cause : new Error(String(cause))
        if (++failures >= TOLD_AFTER && error.name !== told) options.onFailure(error)
        if (failures >= TOLD_AFTER) told = error.name
        const pause = pauseAfter(failures, undefined, PAUSES, Math.random())
        await sleep(pause, undefined, { signal: stopping }).catch(() => undefined)
      }
    }
  }
  return {
    disturb: () => {
      disturbed = true
    },
    ended: run()
  }
}

/** Ends a pull that outlives a stop. Answers how to call that off. */
const endAfterStop = (messages: ConsumerMessages, stopping: AbortSignal): (() => void) => {
  let timer: NodeJS.Timeout | undefined
  const onStop = () => {
    timer = setTimeout(() => void messages.close(), FAREWELL)
  }
  if (stopping.aborted) onStop()
  else stopping.addEventListener("abort", onStop, { once: true })
  return () => {
    clearTimeout(timer)
    stopping.removeEventListener("abort", onStop)
  }
}
