/**
 * The loop that delivers webhooks. It runs in every instance, without a lease of its own.
 *
 *   delivering ──the database is away──▶ waiting ──▶ delivering
 *   claim ──▶ hold (webhooks.courier) ──▶ post ──▶ gather ──▶ settle, or release what was not begun
 *
 * Authority. What is to be delivered is in `sluice.deliveries`, and so is who has it under way: a claim leases rows to this
 * instance, and counts the attempt as begun before a byte is sent. Rows that somebody has are skipped, so instances share the
 * work and never wait for each other. Results are stored against the lease (instance and attempt): who has lost it changes
 * nothing. A post begins only while its lease outlasts the post's deadline, so that no delivery is under way twice at once;
 * our own clock measures that distance, the database's decides everything else.
 *
 * A look: one statement. It comes at once when the consumer rings, after the commit that made deliveries. An endpoint that
 * somebody had locked just then was left out, so a few more looks follow; without a ring every half second, or when the claim before
 * said that something is due.
 *
 * Failures, and what they cost:
 * - crash anywhere, SIGKILL: leases end (after twice the timeout), the next claim notes those attempts as unknown and sends again. What had
 *   arrived arrives twice, under the same `webhook-id`; what was taken and not begun has lost a try of its schedule;
 * - stopped by SIGTERM: nothing is claimed any more, posts under way end (15 s at most) and are stored, the rest goes back;
 * - an endpoint is slow, hangs or fails: it holds up to its own share of posts and nobody else's; what waited for it goes back;
 * - a result cannot be stored, with the database there: it is dropped, and the lease's end makes an unknown attempt of it;
 * - a secret cannot be opened: that endpoint's deliveries wait a minute, without an attempt, and it is logged;
 * - database away: said once, tried again with a growing pause, said once when it is over. Results wait in memory; those whose
 *   lease passes on meanwhile are unknown.
 */
import type { EventStore } from "@sluice/event-store/store.port"
import type { Postgres } from "@sluice/postgres"
import { describe } from "@sluice/projection/consumer.errors"
import { addressFault } from "@sluice/subscription/endpoint.rules"
import { Cause, Effect } from "effect"
import { makeOutage } from "../outage.ts"
import { retryAfter } from "../retry.schedule.ts"
import { makeWake } from "../wake.ts"
import { makeLookup } from "./post.lookup.ts"
import { makePoster } from "./post.send.ts"
import { makeSigners } from "./post.sign.ts"
import { Courier } from "./webhooks.courier.ts"
import { followDeliveries } from "./webhooks.facts.ts"
import { attemptsTotal, deliveriesTotal } from "./webhooks.metrics.ts"
import { complete, newPause, type StorePart, type WebhooksSettings } from "./webhooks.settings.ts"
import { claimDeliveries } from "./webhooks.sql.ts"
import { storeDone } from "./webhooks.store.ts"

export type { WebhooksSettings } from "./webhooks.settings.ts"

export interface WebhooksStatus {
  readonly state: "delivering" | "waiting"
  /** Why it waits. */
  readonly reason?: string
}
export interface RunningWebhooks {
  /** Never ends; interrupt it to stop. Runs once. */
  readonly run: Effect.Effect<never, never, Postgres | EventStore>
  readonly status: () => WebhooksStatus
}

/** Milliseconds: between two looks at most; after a ring, pauses before the looks that follow. */
const LOOK_EVERY = 500
const AFTER_RING: ReadonlyArray<number> = [5, 20, 80]
/** Results gather for so many milliseconds. */
const GATHER = 3
/** Milliseconds for storing, when stopping, what the database does not take. */
const STOP_WITHIN = 2_000
const MEASURE_EVERY = "10 seconds"

export const makeWebhooks = (given: WebhooksSettings): RunningWebhooks => {
  const settings = complete(given)
  const { instance, wake, timeout, schedule, lease, perEndpoint, inAll, ahead } = settings
  /** Leased at most. */
  const mostHeld = 4 * inAll
  const outage = makeOutage<StorePart>({
    began: "Webhooks cannot be delivered for now",
    ended: "Webhooks are delivered again"
  })
  const done = makeWake()
  /** Rings of our own: what they tell of is committed. */
  let ownRings = 0
  const ringForRoom = () => {
    ownRings += 1
    wake.ring()
  }
  const poster = makePoster({
    timeout,
    addressFault: (ip) => addressFault(ip, settings),
    lookup: settings.lookup ?? makeLookup()
  })
  const courier = new Courier({
    ...{ perEndpoint, inAll, ahead, poster, beginWithin: settings.beginWithin },
    signerOf: makeSigners(settings.sealer),
    retryAfter: (tries) => retryAfter(schedule, tries, Math.random()),
    onDone: done.ring,
    onRoom: ringForRoom
  })

  /** Claims what there is room for; milliseconds until the next look. An answer is never lost, because it holds leases. */
  const claim = Effect.gen(function* () {
    courier.sweep()
    const room = mostHeld - courier.held
    if (room <= 0) return LOOK_EVERY
    const most = Math.min(ahead, Math.max(1, Math.floor(room / 8)))
    const held = courier.heldByEndpoint(most)
    const asked = performance.now()
    const limits = { room, ahead: most, failing: Math.min(most, perEndpoint), lease, tries: schedule.length + 1, held }
    const answer = yield* claimDeliveries(instance, limits)
    yield* outage.ended("claim")
    if (answer.unknown > 0) attemptsTotal.inc({ outcome: "unknown" }, answer.unknown)
    if (answer.dead > 0) deliveriesTotal.inc({ outcome: "dead" }, answer.dead)
    for (const { endpoint, error } of courier.take(answer, asked)) {
      const { tenant, id } = endpoint
      yield* Effect.logError("Webhooks cannot be signed", { tenant, subscription: id, reason: describe(error) })
    }
    return answer.next === null ? LOOK_EVERY : answer.next - answer.now
  }).pipe(Effect.uninterruptible)

  const claiming = Effect.suspend(() => {
    const pause = newPause()
    let look = AFTER_RING.length
    const turn = Effect.gen(function* () {
      const due = yield* claim
      pause.reset()
      const rings = yield* wake.wait(Math.max(1, Math.min(LOOK_EVERY, due, AFTER_RING[look] ?? LOOK_EVERY)))
      look = rings > ownRings ? 0 : look + 1
      ownRings = 0
    })
    return turn.pipe(
      Effect.catchCause((cause) => {
        if (Cause.hasInterrupts(cause)) return Effect.interrupt
        return Effect.andThen(outage.began("claim", describe(Cause.squash(cause))), pause.sleep)
      }),
      Effect.forever
    )
  })

  const storing = Effect.gen(function* () {
    while (!courier.hasDone) yield* done.wait(LOOK_EVERY)
    yield* Effect.sleep(GATHER)
    const wasFull = courier.held >= mostHeld
    const claimable = yield* storeDone({ ...settings, courier, outage })
    if (wasFull || claimable) ringForRoom()
  }).pipe(Effect.forever)

  const stop = Effect.gen(function* () {
    courier.stop()
    yield* Effect.callback<void>((resume) => courier.whenIdle(() => resume(Effect.void)))
    const until = performance.now() + STOP_WITHIN
    while (courier.held > 0 && performance.now() < until) yield* Effect.sleep(5)
    yield* Effect.promise(() => poster.close())
  })

  return {
    run: Effect.gen(function* () {
      yield* Effect.forkChild(storing)
      yield* Effect.forkChild(followDeliveries(MEASURE_EVERY))
      return yield* Effect.ensuring(claiming, stop)
    }),
    status: () => {
      const reason = outage.reason()
      return reason === undefined ? { state: "delivering" } : { state: "waiting", reason }
    }
  }
}
