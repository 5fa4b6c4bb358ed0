/** One session of taking queued commands, until what it believes is contradicted. `queue.loop.ts` tells the whole story. */

import { setTimeout as sleep } from "node:timers/promises"
import { type JsMsg, jetstream } from "@nats-io/jetstream"
import { COMMANDS, COMMANDS_DURABLE, PARKED, REJECTIONS } from "@sluice/contracts/command/command.message"
import {
  BrokerError,
  consumerInfo,
  declaredConsumer,
  declaredStream,
  ensureConsumer,
  ensureStream,
  Nats,
  type StreamLimits,
  streamState
} from "@sluice/messaging"
import { Deferred, Effect } from "effect"
import type { InHand } from "./in-hand.ts"
import { commandStreamFilled, parkedCommands, queuedCommands } from "./nats.metrics.ts"
import type { Handle } from "./queue.handle.ts"
import type { Source } from "./queue.source.ts"

export interface QueueSettings {
  /** Commands in hand at most, and bytes of their messages. */
  readonly messages: number
  readonly bytes: number
  /** Milliseconds that they get when the process stops. */
  readonly drain: number
  /** Copies and bytes of the streams, where they differ from what is declared. */
  readonly limits?: StreamLimits
  /** Milliseconds until the broker delivers a command again that nobody has spoken of; default: as declared. */
  readonly ackWait?: number
  /** Milliseconds between looks at streams and durable. */
  readonly watchEvery: number
}

export const QUEUE_SETTINGS: QueueSettings = { messages: 64, bytes: 32 * 2 ** 20, drain: 9_000, watchEvery: 2_000 }

/** What sessions know of the stream COMMANDS: when the one that is there now was made. */
export interface Known {
  created: string | undefined
}

/** Messages asked for at once: until so many have come, room that gets free is not asked for. */
const PULL = 32
/** Milliseconds that the broker keeps a request for messages open. */
const OPEN = 1_000
/** Looks in a row at which commands waited, none was in hand, and none came; or at which the same one was passed over. */
const STUCK_AFTER = 3
/** Milliseconds between two commands while they are answered with 503: the first, doubled up to the second. */
const FIRST_REST = 100
const LONGEST_REST = 5_000

export const runSession = (
  handle: Handle,
  hand: InHand,
  known: Known,
  settings: QueueSettings,
  settled: Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const nats = yield* Nats
    const connection = yield* nats.connection
    const connects = nats.connects()
    const lost = yield* Deferred.make<never, BrokerError>()
    const stop = nats.onLoss(() => Deferred.doneUnsafe(lost, Effect.fail(BrokerError.away())))
    yield* Effect.addFinalizer(() => Effect.sync(stop))

    const created = yield* ensure(settings)
    known.created = created
    const isCurrent = () => known.created === created && nats.isConnected() && nats.connects() === connects
    const source: Source = { created, isCurrent }
    const durable = yield* Effect.tryPromise({
      try: () => jetstream(connection).consumers.get(COMMANDS, COMMANDS_DURABLE),
      catch: BrokerError.from
    })

    let arrived = 0
    /** Hands every message of one request on as it comes. */
    const pull = (most: number, onMessage: (message: JsMsg) => void) =>
      Effect.acquireUseRelease(
        Effect.tryPromise({
          try: async () => {
            const messages = await durable.fetch({ max_messages: most, expires: OPEN, idle_heartbeat: OPEN / 2 })
            const all = async (): Promise<void> => {
              for await (const message of messages) {
                arrived += 1
                onMessage(message)
              }
            }
            return { messages, ended: all() }
          },
          catch: BrokerError.from
        }),
        ({ ended }) => Effect.tryPromise({ try: () => ended, catch: BrokerError.from }),
        ({ messages, ended }) =>
          Effect.promise(async () => {
            // What is on its way to a request that is given up now would come again after `ack_wait` only.
            if (nats.isConnected()) await Promise.race([ended, sleep(OPEN)]).catch(() => {})
            await messages.close()
          })
      )

    const take = Effect.gen(function* () {
      let careful = true
      let rest = FIRST_REST
      while (true) {
        if (careful) {
          yield* Effect.promise(() => hand.downTo(0))
          let only: JsMsg | undefined
          yield* pull(1, (message) => {
            only = message
            handle.start(message, source)
          })
          if (only === undefined) continue
          yield* Effect.promise(() => hand.downTo(0))
          const deferred = handle.deferring()
          careful = deferred || only.info.redelivered
          if (deferred) yield* Effect.sleep(rest)
          rest = deferred ? Math.min(LONGEST_REST, rest * 2) : FIRST_REST
        } else {
          yield* Effect.promise(() => hand.downTo(settings.messages - Math.min(PULL, settings.messages)))
          yield* pull(Math.min(PULL, hand.room), (message) => {
            handle.start(message, source)
            if (message.info.redelivered) careful = true
          })
          careful ||= handle.deferring()
        }
      }
    })

    const capacity = (name: string) => declaredStream(name, settings.limits).max_bytes
    const watch = Effect.gen(function* () {
      let stuck = 0
      let passed = { sequence: 0, looks: 0 }
      let before = arrived
      let looks = 0
      while (true) {
        const state = yield* streamState(COMMANDS)
        if (state?.created !== created) {
          known.created = undefined
          return yield* gone(`The stream ${COMMANDS} is another one or gone`)
        }
        const info = yield* consumerInfo(COMMANDS, COMMANDS_DURABLE)
        if (info === undefined) return yield* gone("The durable of queued commands is gone")
        const parked = yield* streamState(PARKED)
        if (parked === undefined || (yield* streamState(REJECTIONS)) === undefined)
          return yield* gone(`A stream that tells what became of commands is gone`)
        queuedCommands.set(info.num_pending + info.num_ack_pending)
        parkedCommands.set(parked.messages)
        commandStreamFilled.set({ stream: COMMANDS }, state.bytes / Number(capacity(COMMANDS)))
        commandStreamFilled.set({ stream: PARKED }, parked.bytes / Number(capacity(PARKED)))
        const silent = info.num_pending > 0 && hand.messages === 0 && arrived === before
        stuck = silent ? stuck + 1 : 0
        before = arrived
        if (stuck >= STUCK_AFTER) return yield* gone("The broker holds commands and delivers none")
        // What is acknowledged leaves the queue at once; after a hard stop the broker may hold something that its durable takes for that.
        const isPassed = state.messages > 0 && state.first <= info.ack_floor.stream_seq
        passed = { sequence: state.first, looks: isPassed && state.first === passed.sequence ? passed.looks + 1 : 0 }
        if (passed.looks >= STUCK_AFTER) {
          yield* nats.request((manager) => manager.consumers.delete(COMMANDS, COMMANDS_DURABLE))
          return yield* gone("The broker passed over commands that it holds; its durable is made anew")
        }
        if (looks++ > 0) yield* settled
        yield* Effect.sleep(settings.watchEvery)
      }
    })

    /** The broker forgets in `ack_wait` that a command is in hand. */
    const ackWait = settings.ackWait ?? Number(declaredConsumer(COMMANDS_DURABLE).config.ack_wait) / 1e6
    const working = Effect.sync(() => handle.working(source)).pipe(Effect.delay(ackWait / 3), Effect.forever)

    return yield* Effect.raceAllFirst([take, watch, working, Deferred.await(lost)])
  })

const gone = (message: string) => Effect.fail(new BrokerError({ message, code: 0, cause: undefined }))

/** Streams and durable as declared, whoever makes them first. Answers when COMMANDS was made. */
const ensure = ({ limits, ackWait }: QueueSettings) =>
  Effect.gen(function* () {
    for (const name of [REJECTIONS, PARKED]) yield* ensureStream(declaredStream(name, limits))
    const { created } = yield* ensureStream(declaredStream(COMMANDS, limits))
    const { stream, config } = declaredConsumer(COMMANDS_DURABLE)
    yield* ensureConsumer(stream, ackWait === undefined ? config : { ...config, ack_wait: ackWait * 1e6 })
    return created
  })
