/**
 * The loop of every consumer: from JetStream into Postgres, each event with one effect.
 *
 *   standing by ──lease──▶ starting ──▶ reading ──a belief broke, something is away──▶ waiting ──▶ starting
 *                             └────────── history lost ──▶ stopped (asks again every few seconds)
 *
 * Authority. The checkpoint in `sluice.consumers` says where we are, and with it which version of each stream is applied:
 * the newest before it. Only streams that stand elsewhere have a row: parked ones, and in `sluice.consumer_streams` those
 * applied further, event by event. All of it is written in the transaction of the effects, which asserts the lease's epoch
 * first. JetStream's durable is a cache of that: it is made anew whenever it stands elsewhere. Sequences never deduplicate,
 * versions do. What the broker lacks is read from `sluice.events`; what it has and the log lacks is never applied.
 *
 * A batch: messages that arrived while the last batch was committed, and until ten milliseconds after it was taken (one,
 * when idle: decision 0017) → one transaction: lease, comparison
 * with the log, reactions, checkpoint → commit → one ack of the last message, which covers those before it.
 *
 * Failures, and what they cost:
 * - crash anywhere: the transaction is there or not; after the commit and before the ack, the messages come again and
 *   are repeats. The next process finds `running` set and applies the next events carefully (`consumer.poison.ts`).
 * - an event cannot be applied or understood: its stream is parked, the others flow; a release drains it in order.
 * - a message that names no event: kept in `consumer_dead`, counted.
 * - database or broker away: said once, tried again with a growing pause, said once when it is over.
 * - lease lost: the body is interrupted; a transaction that is under way is refused by the epoch.
 * - the broker lost its tail, or everything: the relay begins a new incarnation and publishes again; we start from the
 *   lowest sequence in question and read the log meanwhile. The same for a stream made anew and for retention that
 *   overtook us. A batch behind which the log holds events that we have not seen waits until these are read from there.
 * - the database lost commits (restore, failover): stopped, not ready, with an instruction; nothing is applied.
 * Nothing is lost; everything may be repeated, with no further effect.
 */
import { withLease } from "@sluice/lease/lease"
import type { Nats } from "@sluice/messaging"
import type { Postgres } from "@sluice/postgres"
import { Cause, Effect } from "effect"
import { beginRun, endRun, type Writer } from "./consumer.checkpoint.ts"
import { BATCH, type Consumer, type ConsumerSettings, leaseName } from "./consumer.definition.ts"
import { describe, HistoryLost } from "./consumer.errors.ts"
import { type Run, runSession } from "./consumer.session.ts"

export interface ConsumerStatus {
  readonly state: "standing by" | "starting" | "reading" | "waiting" | "stopped"
  /** Why it waits or has stopped. */
  readonly reason?: string
}

export interface RunningConsumer {
  /** Never ends; interrupt it to stop, which ends the run cleanly and hands the lease over. */
  readonly run: Effect.Effect<never, never, Postgres | Nats>
  readonly status: () => ConsumerStatus
}

/** Milliseconds: the first pause after a failed session, doubled up to the second; and between looks while stopped. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 2000
const STOPPED_PAUSE = 5000

export const makeConsumer = (consumer: Consumer, settings: ConsumerSettings): RunningConsumer => {
  const lease = leaseName(consumer)
  let status: ConsumerStatus = { state: "standing by" }

  const body = (epoch: number) => {
    const writer: Writer = { consumer: consumer.name, lease, epoch }
    return Effect.gen(function* () {
      status = { state: "starting" }
      const unclean = yield* beginRun(writer)
      const run: Run = {
        writer,
        consumer,
        settings,
        careful: unclean ? (settings.batch ?? BATCH) : 0,
        onReading: reading,
        onSettled: Effect.suspend(settled)
      }
      if (unclean) {
        yield* Effect.logWarning("The run before ended uncleanly: the next events are applied carefully", {
          consumer: consumer.name
        })
      }
      return yield* sessions(run).pipe(Effect.ensuring(Effect.ignore(Effect.timeout(endRun(writer), "2 seconds"))))
    }).pipe(Effect.ensuring(Effect.sync(() => (status = { state: "standing by" }))))
  }

  let pause = FIRST_PAUSE
  let complaint: string | undefined

  const reading = () => {
    status = { state: "reading" }
  }

  const settled = () => {
    pause = FIRST_PAUSE
    if (complaint === undefined) return Effect.void
    complaint = undefined
    return Effect.logInfo("Reading again", { consumer: consumer.name })
  }

  const complain = (reason: string) => {
    if (complaint === reason) return Effect.void
    complaint = reason
    return status.state === "stopped"
      ? Effect.logError(`Stopped: ${reason}`, { consumer: consumer.name })
      : Effect.logWarning("Reading from the checkpoint again", { consumer: consumer.name, reason })
  }

  const sessions = (run: Run) =>
    runSession(run).pipe(
      Effect.catchCause((cause) => {
        if (Cause.hasInterrupts(cause)) return Effect.interrupt
        const error = Cause.squash(cause)
        const stopped = error instanceof HistoryLost
        status = { state: stopped ? "stopped" : "waiting", reason: describe(error) }
        const wait = stopped ? STOPPED_PAUSE : pause
        pause = Math.min(LONGEST_PAUSE, pause * 2)
        return Effect.andThen(complain(describe(error)), Effect.sleep(wait))
      }),
      Effect.forever
    )

  return {
    run: withLease({ name: lease, owner: settings.instance, ...settings.lease }, ({ epoch }) => body(epoch)),
    status: () => status
  }
}
