/**
 * One session of reading: from the checkpoint until something contradicts what it believes. `consumer.loop.ts` tells the
 * whole story; a session never repairs anything, it fails and the next one starts from the checkpoint.
 */
import { streamState } from "@sluice/messaging"
import { Effect } from "effect"
import { applyWork, type DeadMessage, type Work } from "./consumer.apply.ts"
import { loadStream, readLog } from "./consumer.backfill.ts"
import { streamKey } from "./consumer.batch.ts"
import { checkHistory, readCheckpoint, readIncarnations, type Writer } from "./consumer.checkpoint.ts"
import { BATCH, type Consumer, type ConsumerSettings } from "./consumer.definition.ts"
import { type Delivery, receive, toDelivery } from "./consumer.delivery.ts"
import { type Entry, isUnusable } from "./consumer.entry.ts"
import { SessionEnded, storable } from "./consumer.errors.ts"
import { makeInbox } from "./consumer.inbox.ts"
import { applied, duplicates, lagSeconds } from "./consumer.metrics.ts"
import { releasedStreams, unpark } from "./consumer.parking.ts"
import { applyCarefully } from "./consumer.poison.ts"
import { startFrom } from "./consumer.start.ts"
import { type Belief, watchSession } from "./consumer.watch.ts"

/** What outlives a session within one hold of the lease. */
export interface Run {
  readonly writer: Writer
  readonly consumer: Consumer
  readonly settings: ConsumerSettings
  /** Events still to be applied carefully, because one of them may have ended the process before. */
  careful: number
  /** The session reads from the broker. */
  readonly onReading: () => void
  /** It has done so for a while, and all is well. */
  readonly onSettled: Effect.Effect<void>
}

const DRAIN_PAGE = 200
/** Milliseconds from one batch to the next while batches are small: under load, events gather and share what a batch costs. */
const PACE = 10
const SMALL = 256
/** Bytes that wait in the process, and of one transaction. */
const INBOX_BYTES = 8 * 2 ** 20

export const runSession = (run: Run) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { consumer, settings, writer } = run
      const { stream } = settings.durable
      const checkpoint = yield* readCheckpoint(consumer.name)
      yield* checkHistory(checkpoint)
      const state = yield* streamState(stream)
      if (state === undefined) return yield* new SessionEnded({ message: `There is no stream ${stream} yet` })
      const start = startFrom(checkpoint, state, yield* readIncarnations)
      if (start.backfill) yield* backfill(run, checkpoint.position)
      const belief: Belief = { streamCreated: state.created, incarnation: start.incarnation }
      yield* applyWork(writer, consumer, { entries: [], reached: { ...belief, sequence: start.sequence - 1 } })

      const inbox = makeInbox(toDelivery(consumer), (message) => message.data.length, INBOX_BYTES)
      let underWay: Delivery | undefined
      let released = false
      const { receiving } = yield* receive(settings, start.sequence, inbox)
      run.onReading()
      const noteAge = () => noteLag(run, underWay ?? inbox.oldest())
      const watch = watchSession(consumer, settings, belief, {
        noteAge,
        arrived: inbox.arrived,
        busy: () => underWay !== undefined || !inbox.isEmpty(),
        settled: run.onSettled,
        released: () => {
          released = true
          inbox.wake()
        }
      })
      let reached = start.sequence - 1
      const work = Effect.gen(function* () {
        while (true) {
          noteAge()
          const batch = yield* inbox.take(settings.batch ?? BATCH)
          const takenAt = performance.now()
          underWay = batch[0]
          if (released) yield* drainReleased(run)
          released = false
          if (batch.length > 0) {
            const last = batch.at(-1) as Delivery
            // Where a message came again, the last one may be older than those before it: then less is acknowledged, and comes again.
            reached = Math.max(reached, last.message.seq)
            const apply = applyBatch(run, toWork(batch, belief, reached))
            yield* Effect.catchTag(apply, "EventsMissing", () => Effect.andThen(backfillFromCheckpoint(run), apply))
            last.message.ack()
          }
          underWay = undefined
          if (batch.length < SMALL) yield* Effect.sleep(Math.max(0, takenAt + PACE - performance.now()))
        }
      })
      return yield* Effect.raceAllFirst([work, watch, receiving])
    })
  )

const toWork = (batch: ReadonlyArray<Delivery>, belief: Belief, sequence: number): Work => {
  const entries: Array<Entry> = []
  const dead: Array<DeadMessage> = []
  let last: Entry | undefined
  for (const {
    message,
    reading: { entry, dead: error }
  } of batch) {
    if (entry !== undefined) {
      entries.push(entry)
      if (last === undefined || entry.position > last.position) last = entry
    }
    if (error !== undefined) {
      const payload = storable(message.string())
      dead.push({ sequence: message.seq, subject: storable(message.subject), error: storable(error), payload })
    }
  }
  return { entries, dead, reached: { ...belief, sequence }, ...(last === undefined ? {} : { handled: last }) }
}

/** Applies a batch at once, or carefully where one of its events is under suspicion. */
const applyBatch = (run: Run, work: Work) =>
  Effect.gen(function* () {
    const { writer, consumer } = run
    const atOnce = applyWork(writer, consumer, work)
    const carefully = Effect.tap(carefulWork(run, work), () => applyWork(writer, consumer, work))
    const done = yield* run.careful > 0 ? carefully : Effect.catchTag(atOnce, "ReactionFailed", () => carefully)
    run.careful = Math.max(0, run.careful - work.entries.length)
    run.settings.onApplied?.()
    applied.inc({ consumer: consumer.name }, done.applied)
    duplicates.inc({ consumer: consumer.name }, done.duplicates)
  })

const carefulWork = ({ writer, consumer, settings }: Run, work: Work) =>
  applyCarefully(writer, consumer, work, settings.attempts ?? 3)

const backfill = (run: Run, after: number) =>
  Effect.gen(function* () {
    yield* Effect.logInfo("Reading from the log what the broker may not hold", { consumer: run.consumer.name, after })
    yield* readLog(run.consumer, after, ({ entries, last }) => applyBatch(run, { entries, handled: last }))
  })

const backfillFromCheckpoint = (run: Run) =>
  Effect.flatMap(readCheckpoint(run.consumer.name), ({ position }) => backfill(run, position))

/** Applies, in order, what waits in streams that an operator has released, until they are through or parked anew. */
const drainReleased = (run: Run) =>
  Effect.gen(function* () {
    const { writer, consumer } = run
    while (true) {
      const streams = yield* releasedStreams(consumer.name)
      if (streams.length === 0) return
      for (const stream of streams) {
        const waiting = { ...stream, after: stream.seen, upTo: stream.version }
        const entries = yield* loadStream(consumer, waiting, DRAIN_PAGE)
        if (entries.length === 0) yield* unpark(writer, stream)
        else {
          const done = yield* carefulWork(run, { entries, released: new Set([streamKey(stream)]) })
          applied.inc({ consumer: consumer.name }, done.applied)
          run.settings.onApplied?.()
        }
      }
    }
  })

const noteLag = (run: Run, oldest?: Delivery): void => {
  const labels = { consumer: run.consumer.name }
  if (oldest === undefined) {
    lagSeconds.set(labels, 0)
    return
  }
  const { entry } = oldest.reading
  if (entry !== undefined && !isUnusable(entry))
    lagSeconds.set(labels, Math.max(0, (Date.now() - Date.parse(entry.recordedAt)) / 1000))
}
