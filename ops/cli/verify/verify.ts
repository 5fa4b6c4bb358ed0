import { Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { Effect, Layer, Logger, Redacted } from "effect"
import { checkBilling } from "./verify.billing.ts"
import { readBroker } from "./verify.broker.ts"
import { checkConsumers } from "./verify.consumers.ts"
import { checkEvents, checkStreams } from "./verify.log.ts"
import { checkNotification } from "./verify.notification.ts"
import { checkKeys, checkOutboxEvents, checkOutboxRows } from "./verify.outbox.ts"
import { checkReadModels } from "./verify.read-models.ts"
import { makeTally } from "./verify.report.ts"
import { consumersReached, relayReached, settledHorizon } from "./verify.settle.ts"
import { checkTimers } from "./verify.timers.ts"

/** What to verify. */
export interface VerifyOptions {
  /** Of a role that reads everything: `sluice_operator`, or an administrator. */
  readonly databaseUrl: string
  readonly natsUrl: string
  /** Seed of the user `operator` at the broker, where it asks for one. */
  readonly natsKey?: Redacted.Redacted | undefined
  /** How long relay and consumers may take to catch up with what is committed already; default 15,000. */
  readonly waitMillis?: number | undefined
  /** Told what is looked at next. */
  readonly onStep?: ((words: string) => void) | undefined
}

/**
 * Proves on a live system that the log is whole, that JetStream has exactly its events and in order (I2, I3), that every
 * read-model row is the fold of its stream (I4), that every delivery is there that a subscription wanted (I8), and that the
 * ledger is what the events come to (I7). Works on what is committed when it begins; commands may go on. Changes nothing.
 */
export const verify = ({ databaseUrl, natsUrl, natsKey, waitMillis = 15_000, onStep = () => {} }: VerifyOptions) =>
  Effect.gen(function* () {
    const deadline = Date.now() + waitMillis
    onStep("Waiting for relay and consumers to catch up")
    const upTo = yield* settledHorizon(deadline)
    const tally = yield* compareWithBroker(upTo, deadline, onStep)
    yield* consumersReached(upTo, deadline, tally)
    yield* checkStreams(tally)
    onStep("Reading outbox and keys")
    yield* checkOutboxRows(tally)
    yield* checkOutboxEvents(upTo, tally)
    yield* checkKeys(tally)
    onStep("Folding every stream again")
    yield* checkConsumers(tally)
    yield* checkReadModels(tally)
    yield* checkTimers(tally)
    onStep("Working out again who was to be told")
    yield* checkNotification(upTo, tally)
    onStep("Working out again what is billed")
    yield* checkBilling(tally)
    return tally.report()
  }).pipe(
    Effect.provide(
      Layer.merge(
        Postgres.layer({ url: Redacted.make(databaseUrl), applicationName: "sluice-verify", max: 2 }),
        Nats.layer({ url: natsUrl, nkey: natsKey, name: "sluice-verify" })
      ).pipe(Layer.provideMerge(Logger.layer([])))
    )
  )

const RETRY = 500

/**
 * The log against JetStream. The broker may just have lost something and the relay not have noticed yet, so what is missing
 * is looked for again until the deadline.
 */
const compareWithBroker = (upTo: number, deadline: number, onStep: (words: string) => void) =>
  Effect.gen(function* () {
    while (true) {
      const tally = makeTally()
      yield* relayReached(upTo, deadline)
      onStep("Reading JetStream")
      const published = yield* readBroker(tally)
      onStep("Reading the log")
      yield* checkEvents(upTo, published, tally)
      if (tally.report().unpublished === 0 || Date.now() >= deadline) return tally
      yield* Effect.sleep(RETRY)
    }
  })
