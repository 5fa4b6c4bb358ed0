/**
 * Queued commands: from the work queue COMMANDS (`cmdq.>`) through the same app that serves HTTP, each with one effect.
 *
 *   waiting ──broker there──▶ ensuring ──streams and durable as declared──▶ careful ◀──▶ open
 *      ▲                          │                                            │          │
 *      └──────────────────────────┴── broker away, a stream or the durable gone, silence ─┘
 *
 * careful: one message is asked for, and handled alone. It is so at the start, while messages come that were delivered before, and
 * while commands are answered with 503. open: as many as there is room for, side by side.
 *
 * Authority. Whether a command was done is known to the log, by the command's own Idempotency-Key, which is remembered for longer than
 * the stream keeps a message. JetStream knows which messages are left; the delivery count is the only thing remembered about attempts.
 *
 * One delivery: handled → committed → acknowledged. Refused (4xx): said on `rej` under an id made of the message's place in its stream,
 * so a redelivery says it once → acknowledged.
 *
 * Failures, and what they cost
 * - Killed between commit and acknowledgement: delivered again after `ack_wait`, found by its key, acknowledged. Nothing is done twice.
 * - 503 (the database or the issuer of tokens is away, too much to do): given back with a growing delay, never given up. Since the
 *   broker counts such deliveries too, a command that has had nearly all it may have is put back anew: published again as it came,
 *   then acknowledged. Killed in between, it is there twice, and its key makes one effect of it.
 * - 500, or the process dies of it: given back, or comes again. After `DELIVERIES` deliveries that led nowhere it is moved to PARKED
 *   with the error, which `rej` says too. Whoever is in hand beside a command that kills the process is counted as well; being careful
 *   afterwards keeps that to once per instance.
 * - The answer cannot be said (`rej` or PARKED cannot be published): given back with a delay; nothing is acknowledged before it is said.
 * - The broker was away, or its stream was made anew: what is in hand ends without being acknowledged, since its place may be another
 *   message's by now; where it is still there it comes again and finds its key.
 * - Streams or durable are gone (deleted, or the broker lost everything): made anew as declared; what was lost with them is lost, as
 *   their publishers may see by the answer that did not come.
 * - The broker was killed: its durable may believe that a command was acknowledged which is still in the stream (seen on nats-server 2.9.10),
 *   and would never deliver it. The durable is made anew, so everything that is left comes again and finds its key where it was done.
 * - The process stops: it takes what it has asked for and asks for no more, and ends what it has in hand; what takes longer than the
 *   drain is given back.
 *
 * The broker's own look for repeats (`Nats-Msg-Id`) is as good as off, 100 ms being the least it knows: it compares the ids of all tenants,
 * and what it takes for a repeat is not kept. A command's key does that work.
 *
 * May be repeated: handling (one effect), a refusal's message if more than two minutes lie between. Never lost: a command that was
 * acknowledged to its publisher, for as long as the stream keeps it.
 */

import { Nats } from "@sluice/messaging"
import { Cause, Effect } from "effect"
import type { Answering } from "./answer.ts"
import { InHand } from "./in-hand.ts"
import { makeHandle } from "./queue.handle.ts"
import { type Known, type QueueSettings, runSession } from "./queue.session.ts"

/** Milliseconds: the first pause after a session that failed, doubled up to the second. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 2_000

/** Handles queued commands until the scope closes, then gives back what it has not begun. */
export const serveQueue = (answering: Answering, settings: QueueSettings) =>
  Effect.gen(function* () {
    const nats = yield* Nats
    const hand = new InHand(settings)
    const handle = yield* makeHandle(answering, hand)
    const known: Known = { created: undefined }
    let pause = FIRST_PAUSE
    let complaint: string | undefined

    const settled = Effect.suspend(() => {
      pause = FIRST_PAUSE
      if (complaint === undefined) return Effect.void
      complaint = undefined
      return Effect.logInfo("Taking queued commands again")
    })
    const complain = (reason: string) => {
      if (complaint === reason) return Effect.void
      complaint = reason
      return Effect.logWarning("Taking no queued commands", { reason })
    }
    const session = Effect.scoped(runSession(handle, hand, known, settings, settled)).pipe(
      Effect.catchCause((cause) => {
        if (Cause.hasInterrupts(cause)) return Effect.interrupt
        const error = Cause.squash(cause)
        const wait = pause
        pause = Math.min(LONGEST_PAUSE, pause * 2)
        return Effect.andThen(complain(error instanceof Error ? error.message : String(error)), Effect.sleep(wait))
      })
    )
    const ended = Effect.promise(() => hand.downTo(0)).pipe(Effect.timeoutOption(settings.drain))
    yield* Effect.forkScoped(Effect.andThen(nats.connection, Effect.forever(session)).pipe(Effect.ensuring(ended)))
  })
