/**
 * Commands as requests: everything on `cmd.>`, shared with the other instances through a queue group.
 *
 *   subscribed ──refused by the broker──▶ waiting ──▶ subscribed
 *       └──the scope closes──▶ draining ──▶ gone
 *
 * Authority: none is kept here. Each message is answered once, from what the app says; whoever gets no answer asks again under the
 * same Idempotency-Key.
 *
 * Failures
 * - The broker is away: its client subscribes again by itself. Answers of commands that were in hand go out when it is back; who
 *   asked may have given up by then.
 * - More in hand than there is room for: answered at once with 503 `overloaded` and `Retry-After`; nothing was done.
 * - Nobody can be answered (no reply subject, or one of Sluice's own, by which an answer would become a command or an event): the
 *   command is not handled, since nobody would hear of it; that is said on `rej`, as long as there is room for it.
 * - The process stops: it unsubscribes, so the others get what comes, and answers what it has in hand; what takes longer than the
 *   drain is interrupted and answered with 503.
 */

import type { Msg, NatsConnection } from "@nats-io/nats-core"
import { ReplyMissing } from "@sluice/contracts/command/command.errors"
import { COMMANDS_GROUP } from "@sluice/contracts/command/command.message"
import { Overloaded, Unavailable } from "@sluice/contracts/http/http.errors"
import { Nats } from "@sluice/messaging"
import { Duration, Effect, Exit, FiberSet } from "effect"
import { type Answering, refusal } from "./answer.ts"
import { commandOf } from "./command.headers.ts"
import { InHand } from "./in-hand.ts"
import { inHand, natsCommands, outcomeOf } from "./nats.metrics.ts"
import { rejectionOf, say } from "./rejections.ts"
import { isAnswerable, reply } from "./reply.ts"

export interface RequestLimits {
  /** Requests in hand at most. */
  readonly messages: number
  /** Bytes of their messages. */
  readonly bytes: number
  /** Milliseconds that they get when the process stops. */
  readonly drain: number
}

export const REQUEST_LIMITS: RequestLimits = { messages: 1024, bytes: 64 * 2 ** 20, drain: 9_000 }

/** Milliseconds until the next attempt, where the broker does not let us subscribe. */
const PAUSE = 1_000
/** Milliseconds that a subscription has lasted when its end is news, although the reason is the same as before. */
const SETTLED = 10_000

/** Answers requests until the scope closes, then drains. */
export const serveRequests = (answering: Answering, limits: RequestLimits = REQUEST_LIMITS) =>
  Effect.gen(function* () {
    const connection = yield* (yield* Nats).connection
    const hand = new InHand(limits)
    const run = yield* FiberSet.makeRuntime<Nats>()
    const count = (outcome: string) => natsCommands.inc({ door: "request", outcome })

    const take = (message: Msg): void => {
      const command = commandOf(message)
      const answerable = isAnswerable(message.reply)
      if (hand.room === 0) {
        count("overloaded")
        if (answerable) reply(connection, message, refusal(new Overloaded({}), command))
        return
      }
      const letGo = hand.take(message.data.length)
      inHand.set({ door: "request" }, hand.messages)
      const done = (outcome: string): void => {
        count(outcome)
        letGo()
        inHand.set({ door: "request" }, hand.messages)
      }
      if (!answerable) {
        const refused = Effect.suspend(() => say(rejectionOf(command, refusal(new ReplyMissing({}), command))))
        run(
          Effect.ensuring(
            Effect.ignore(refused, { log: "Warn" }),
            Effect.sync(() => done("unanswerable"))
          )
        )
        return
      }
      run(
        Effect.onExit(answering(command), (exit) =>
          Effect.sync(() => {
            const away = () => refusal(new Unavailable({ what: "This instance" }), command)
            const answer = Exit.isSuccess(exit) ? exit.value : away()
            reply(connection, message, answer)
            done(outcomeOf(answer.status))
          })
        )
      )
    }

    const subscribed = Effect.acquireUseRelease(
      Effect.sync(() =>
        connection.subscribe("cmd.>", {
          queue: COMMANDS_GROUP,
          callback: (error, message) => {
            if (error === null) take(message)
          }
        })
      ),
      (subscription) => Effect.promise(() => subscription.closed),
      (subscription) => Effect.promise(() => drained(connection, subscription, hand, limits.drain))
    )
    let said = ""
    const refused = (reason: unknown, after: number) =>
      Effect.suspend(() => {
        const isNews = String(reason) !== said || after > SETTLED
        said = String(reason)
        return isNews ? Effect.logError("The broker does not let the API take requests", { reason: said }) : Effect.void
      })
    yield* Effect.forkScoped(
      Effect.timed(subscribed).pipe(
        Effect.flatMap(([lasted, reason]) =>
          connection.isClosed()
            ? Effect.never
            : Effect.andThen(refused(reason, Duration.toMillis(lasted)), Effect.sleep(PAUSE))
        ),
        Effect.forever
      )
    )
  })

/** Takes no more and waits, as long as it may, until everything in hand is answered. */
const drained = async (
  connection: NatsConnection,
  subscription: { readonly drain: () => Promise<void>; readonly isClosed: () => boolean },
  hand: InHand,
  milliseconds: number
): Promise<void> => {
  const enough = Promise.withResolvers<void>()
  const timer = setTimeout(enough.resolve, milliseconds)
  const all = async (): Promise<void> => {
    if (!subscription.isClosed()) await subscription.drain().catch(() => {})
    await hand.downTo(0)
    await connection.flush().catch(() => {})
  }
  await Promise.race([all(), enough.promise])
  clearTimeout(timer)
}
