import { WAKE_CONSUMERS } from "@sluice/contracts/event/event.subjects"
import { consumerInfo, Nats, streamState } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { Effect, Queue } from "effect"
import type { Consumer, ConsumerSettings } from "./consumer.definition.ts"
import { SessionEnded } from "./consumer.errors.ts"
import { deadMessages, lagEvents, parkedStreams, skipped } from "./consumer.metrics.ts"

/** What a session holds to be true; the watch ends it when it no longer is. */
export interface Belief {
  readonly streamCreated: string
  readonly incarnation: number
}
export interface Watched {
  /** Messages that had arrived so far. */
  readonly arrived: () => number
  /** Whether messages are waiting or being applied in this process. */
  readonly busy: () => boolean
  /** Measures how long the oldest event has waited: also while one stands still. */
  readonly noteAge: () => void
  /** Run after each look that found everything as believed, but the first. */
  readonly settled: Effect.Effect<void>
  /** Streams were released: drain them. */
  readonly released: () => void
}

interface Facts {
  readonly incarnation: number
  readonly parked: number
  readonly released: number
  readonly skipped: number
  readonly dead: number
}
/** Looks in a row at which the broker held messages for us, we were idle, and none arrived, until we call it stuck. */
const STUCK_AFTER = 3

/**
 * Looks regularly, and at once when the relay calls, whether what the session believes still holds. A pull goes
 * silent without an error on a stream or a durable that was made anew, so nobody else would notice. Ends only by failing.
 */
export const watchSession = (consumer: Consumer, settings: ConsumerSettings, belief: Belief, watched: Watched) =>
  Effect.gen(function* () {
    const nats = yield* Nats
    const { stream, config } = settings.durable
    const labels = { consumer: consumer.name }
    const calls = yield* Queue.sliding<true>(1)
    yield* nats.onWake(WAKE_CONSUMERS, () => void Queue.offerUnsafe(calls, true))
    let looks = 0
    let stuck = 0
    let arrivedBefore = watched.arrived()
    while (true) {
      watched.noteAge()
      const facts = yield* readFacts(consumer.name)
      parkedStreams.set(labels, facts.parked)
      skipped.set(labels, facts.skipped)
      deadMessages.set(labels, facts.dead)
      if (facts.released > 0) watched.released()
      if (facts.incarnation !== belief.incarnation)
        return yield* ended(`The relay began incarnation ${facts.incarnation}`)

      const state = yield* streamState(stream)
      if (state === undefined) return yield* ended(`There is no stream ${stream}`)
      if (state.created !== belief.streamCreated) return yield* ended(`The stream ${stream} was made anew`)
      const info = yield* consumerInfo(stream, config.durable_name)
      if (info === undefined) return yield* ended("The durable is gone")
      lagEvents.set(labels, info.num_pending + info.num_ack_pending)
      const silent = info.num_pending > 0 && !watched.busy() && watched.arrived() === arrivedBefore
      stuck = silent ? stuck + 1 : 0
      arrivedBefore = watched.arrived()
      if (stuck >= STUCK_AFTER) return yield* ended("The broker holds messages and delivers none")
      if (looks++ > 0) yield* watched.settled

      yield* Queue.take(calls).pipe(Effect.timeoutOption(settings.watchEvery ?? 1000))
    }
  })

const ended = (message: string) => Effect.fail(new SessionEnded({ message }))

const readFacts = (consumer: string) =>
  Postgres.use((pg) =>
    pg.query<Facts>(
      (sql) => sql<Facts[]>`
        select
          (select coalesce(max(incarnation), 0) from sluice.relay_incarnations) as incarnation,
          (select count(*)::int from sluice.consumer_parked where consumer = ${consumer}) as parked,
          (select count(*)::int from sluice.consumer_parked where consumer = ${consumer} and released_at is not null) as released,
          (select count(*)::int from sluice.consumer_skipped where consumer = ${consumer}) as skipped,
          (select count(*)::int from sluice.consumer_dead where consumer = ${consumer}) as dead`
    )
  ).pipe(Effect.map(([row]) => row as Facts))
