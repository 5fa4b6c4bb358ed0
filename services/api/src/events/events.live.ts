import { Overloaded } from "@sluice/contracts/http/http.errors"
import { horizonProbe } from "@sluice/event-store/horizon.postgres"
import { type DbError, Postgres } from "@sluice/postgres"
import { Context, Effect, Latch, Layer, Schedule, Semaphore } from "effect"
import { type EndWatch, watchEnd } from "./events.end.ts"
import { measureLag } from "./events.lag.ts"
import { Lanes } from "./events.lanes.ts"
import { readStretch, type Span, type Stretch } from "./events.log.ts"
import { exposeFeed } from "./events.metrics.ts"
import type { FeedReader } from "./events.reader.ts"
import { runTail } from "./events.tail.ts"

export interface FeedOptions {
  readonly heartbeatSeconds: number
  /** Open streams at most. */
  readonly maxReaders: number
  /** What may wait for one reader before it is cut off. */
  readonly bufferBytes?: number
}

const BUFFER_BYTES = 1024 * 1024
/** Stretches being read at a time, however many readers come back at once. */
const STRETCHES = 8

/** The log as the doors for events see it: read in stretches, and followed live by many readers at the cost of one. */
export class LiveFeed extends Context.Service<
  LiveFeed,
  {
    readonly end: EndWatch
    readonly read: (span: Span) => Effect.Effect<Stretch, DbError>
    /** Keeps a place among the readers while `use` runs. */
    readonly admitted: <A, E, R>(use: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Overloaded, R>
    /** Heartbeats for a reader while `use` runs; it leaves its lane afterwards. */
    readonly tended: <A, E, R>(reader: FeedReader, use: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    /** From now on the reader, which has read to the end of the log, is told what is new; false: the tail is further on. */
    readonly join: (reader: FeedReader) => boolean
    /** Something was committed here: saves the tail its next look in vain. */
    readonly wake: () => void
    readonly bufferBytes: number
  }
>()("sluice/api/LiveFeed") {
  /** On a database connection of its own: reading history must not hold up commands. */
  static readonly layer = (options: FeedOptions) => Layer.effect(LiveFeed, acquire(options))
}

const acquire = Effect.fnUntraced(function* ({
  heartbeatSeconds,
  maxReaders,
  bufferBytes = BUFFER_BYTES
}: FeedOptions) {
  const postgres = yield* Postgres
  const end = watchEnd(horizonProbe(postgres))
  const lanes = new Lanes()
  const readers = new Set<FeedReader>()
  const wake = yield* Latch.make()
  const stretches = yield* Semaphore.make(STRETCHES)
  let places = maxReaders
  const lag = measureLag()

  exposeFeed(
    () => readers.size,
    () => (lanes.size === 0 ? 0 : lag.seconds())
  )
  yield* Effect.forkScoped(runTail({ postgres, end, lanes, wake, lag }))
  const beat = Effect.sync(() => {
    for (const reader of readers) reader.beat()
  })
  yield* Effect.forkScoped(Effect.schedule(beat, Schedule.spaced(`${heartbeatSeconds} seconds`)))

  const place = Effect.suspend(() => {
    if (places === 0) return Effect.fail(new Overloaded())
    places -= 1
    return Effect.void
  })
  const freePlace = Effect.sync(() => {
    places += 1
  })
  return LiveFeed.of({
    end,
    read: (span) => Semaphore.withPermits(stretches, 1)(readStretch(postgres, span)),
    admitted: (use) =>
      Effect.acquireUseRelease(
        place,
        () => use,
        () => freePlace
      ),
    tended: (reader, use) =>
      Effect.acquireUseRelease(
        Effect.sync(() => readers.add(reader)),
        () => use,
        () =>
          Effect.sync(() => {
            readers.delete(reader)
            lanes.leave(reader)
          })
      ),
    join: (reader) => {
      if (lanes.size === 0) lag.restart()
      const joined = lanes.join(reader)
      if (joined) wake.openUnsafe()
      return joined
    },
    wake: () => void wake.openUnsafe(),
    bufferBytes
  })
})
