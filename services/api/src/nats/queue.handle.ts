import type { JsMsg } from "@nats-io/jetstream"
import { COMMANDS, SEQUENCE_HEADER } from "@sluice/contracts/command/command.message"
import { BadRequest } from "@sluice/contracts/http/http.errors"
import { declaredStream, type Nats } from "@sluice/messaging"
import { Effect, Exit, FiberSet } from "effect"
import { type Answer, type Answering, refusal } from "./answer.ts"
import { commandOf, type HeadedMessage } from "./command.headers.ts"
import { headersOf } from "./command.request.ts"
import type { InHand } from "./in-hand.ts"
import { inHand, natsCommands, outcomeOf } from "./nats.metrics.ts"
import type { Source } from "./queue.source.ts"
import { copied, type Delivered, parkingOf, rejectionOf, say } from "./rejections.ts"

/** After so many deliveries that led nowhere, a command is parked. */
export const DELIVERIES = 5
/** From this delivery on, one that is no fault of the command's is made up for by putting it back anew. */
const NEARLY_ALL = DELIVERIES - 1

/** Seconds that a queued command's key is remembered at least: longer than its stream keeps it. */
const KEY_TTL = Number(declaredStream(COMMANDS).max_age ?? 0) / 1e9 + 86_400

/** Milliseconds until a command comes again: the first time, doubled up to the second. */
const FIRST_DELAY = 200
const LONGEST_DELAY = 30_000
export const delayAfter = (deliveries: number): number =>
  Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(20, deliveries - 1))

export interface Handle {
  /** Takes a message in hand and handles it beside the others. */
  readonly start: (message: JsMsg, source: Source) => void
  /** Whether the last command was answered with 503. */
  readonly deferring: () => boolean
  /** Tells the broker that what is in hand is being handled. */
  readonly working: (source: Source) => void
}

/** What becomes of each message; `queue.loop.ts` tells the whole story. */
export const makeHandle = (answering: Answering, hand: InHand) =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<Nats>()
    const held = new Map<JsMsg, Source>()
    const count = (outcome: string) => natsCommands.inc({ door: "queue", outcome })
    let deferring = false

    const handled = (message: JsMsg, source: Source) =>
      Effect.gen(function* () {
        const command = commandOf(message)
        const delivered = deliveredOf(message, command, source)
        const answer =
          delivered.deliveries > DELIVERIES
            ? undefined
            : lacksKey(command)
              ? refusal(noKey, command)
              : yield* answering(command, { keyTtl: KEY_TTL })
        const outcome = answer === undefined ? "failed" : outcomeOf(answer.status)
        if (answer !== undefined) {
          const now = outcome === "deferred"
          if (now !== deferring)
            yield* now
              ? Effect.logWarning("Queued commands wait: they are answered with 503")
              : Effect.logInfo("Queued commands go on")
          deferring = now
        }
        if (outcome === "deferred") yield* giveBack(message, source, delivered)
        else if (outcome === "refused") {
          yield* say(rejectionOf(command, answer as Answer, delivered))
          settle(message, source)
        } else if (outcome === "done") settle(message, source)
        else if (delivered.deliveries >= DELIVERIES) {
          const { parked, rejection } = parkingOf(command, delivered, answer)
          yield* say(parked)
          yield* say(rejection)
          settle(message, source)
          yield* Effect.logError("A queued command is parked", {
            subject: message.subject,
            sequence: delivered.sequence,
            deliveries: delivered.deliveries
          })
          return count("parked")
        } else later(message, source)
        count(outcome)
      })

    /** The message, one more time or anew. */
    const giveBack = (message: JsMsg, source: Source, { sequence, deliveries }: Delivered) => {
      if (deliveries < NEARLY_ALL || !source.isCurrent()) return Effect.sync(() => later(message, source))
      const again = copied(commandOf(message))
      again.set(SEQUENCE_HEADER, sequence)
      return Effect.andThen(
        Effect.sleep(delayAfter(1)),
        Effect.andThen(
          say({ subject: message.subject, data: message.data, headers: again }),
          Effect.sync(() => settle(message, source))
        )
      )
    }

    return {
      start: (message, source) => {
        const letGo = hand.take(message.data.length)
        held.set(message, source)
        inHand.set({ door: "queue" }, hand.messages)
        run(
          Effect.onExit(
            Effect.suspend(() => handled(message, source)),
            (exit) =>
              Effect.suspend(() => {
                held.delete(message)
                letGo()
                inHand.set({ door: "queue" }, hand.messages)
                if (Exit.isSuccess(exit)) return Effect.void
                later(message, source)
                return Effect.logWarning("What became of a queued command could not be said", exit.cause)
              })
          ).pipe(Effect.exit)
        )
      },
      deferring: () => deferring,
      working: (source) => {
        for (const [message, from] of held) if (from === source && source.isCurrent()) message.working()
      }
    } satisfies Handle
  })

const deliveredOf = ({ info }: JsMsg, command: HeadedMessage, { created }: Source): Delivered => {
  const { deliveryCount: deliveries, streamSequence } = info
  return { deliveries, sequence: firstSequence(command) ?? String(streamSequence), id: `${created}-${streamSequence}` }
}

/** Of a command that was put back: where it stood first. */
const firstSequence = (command: HeadedMessage): string | undefined => {
  try {
    const given = command.headers?.get(SEQUENCE_HEADER)
    return given !== undefined && /^\d{1,16}$/.test(given) ? given : undefined
  } catch {
    return undefined
  }
}

const noKey = new BadRequest({
  issues: [
    { pointer: "/headers/idempotency-key", message: "is needed: a queued command may be handled more than once" }
  ]
})
const lacksKey = (command: HeadedMessage): boolean => {
  const headers = headersOf(command)
  return !(headers instanceof Error) && headers["idempotency-key"] === undefined
}

/** Done with it: it leaves the queue. Nothing is said to a broker that is not the one it came from. */
const settle = (message: JsMsg, source: Source): void => {
  if (source.isCurrent()) message.ack()
}

const later = (message: JsMsg, source: Source): void => {
  if (source.isCurrent()) message.nak(delayAfter(message.info.deliveryCount))
}
