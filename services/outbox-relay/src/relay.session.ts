import { WAKE_RELAY } from "@sluice/contracts/event/event.subjects"
import { makeHorizon } from "@sluice/event-store/horizon"
import { horizonProbe } from "@sluice/event-store/horizon.postgres"
import { BrokerError, type DeclaredStream, ensureStream, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { Effect, Fiber } from "effect"
import { checkBroker, payloadShortage } from "./relay.check.ts"
import type { RelayHealth } from "./relay.health.ts"
import { incarnation } from "./relay.metrics.ts"
import { Line } from "./relay.publish.ts"
import { checkDatabase, makeReader } from "./relay.read.ts"
import { repair } from "./relay.repair.ts"
import { makeSaver } from "./relay.save.ts"
import { claimState, type RelayState } from "./relay.state.ts"
import { Wake } from "./relay.wake.ts"

export interface RelayOptions {
  readonly stream: DeclaredStream
  readonly health: RelayHealth
}

/** Milliseconds from one look at the outbox to the next while it is not full: under load, events gather and share what a look costs. */
const PACE = 10
/** Milliseconds between two looks without a wake-up: doubled from `PACE` after each look in vain. */
const POLL = 200
const IDLE_POLL = 1_000
/** Milliseconds without an event after which the slow poll becomes slower, and between two checks while idle. */
const IDLE_AFTER = 10_000
const CHECK_EVERY = 5_000
/** Milliseconds to wait after the broker has refused and nothing came of it, doubled each time. */
const REFUSED_WAIT = 50
const LONGEST_REFUSED_WAIT = 2_000
/** Milliseconds that the very first connection may take before it is said that the broker is away. */
const FIRST_CONNECTION = 1_000

/**
 * Publishes under one epoch until something is wrong: `BrokerError`, `DbError` or `RestoredDatabase`. Starts by finding
 * out where log and stream agree, so whatever is wrong is put right by starting another session. See `relay.loop.ts`.
 */
export const runSession = Effect.fnUntraced(function* (epoch: number, { stream, health }: RelayOptions) {
  const postgres = yield* Postgres
  const nats = yield* Nats
  const nc = yield* nats.connection.pipe(
    Effect.timeoutOrElse({ duration: FIRST_CONNECTION, orElse: () => Effect.fail(BrokerError.away()) })
  )
  if (!nats.isConnected()) return yield* BrokerError.away()

  const wake = new Wake()
  yield* nats.onWake(WAKE_RELAY, () => wake.signal())
  const read = makeReader()
  const horizon = makeHorizon(horizonProbe(postgres))
  const readAfter = (position: number) =>
    Effect.flatMap(horizon.current, (until) => read(position, until, state.repairUntil))

  /** Where log and stream agree, after a repair if need be. `connects` is read first: a loss during the check shows afterwards. */
  const align = Effect.fnUntraced(function* (known: RelayState, reached = known.mark as Line["reached"]) {
    connects = nats.connects()
    yield* checkDatabase(reached)
    const verdict = yield* checkBroker(known.streamCreated, known.mark, reached)
    const next =
      verdict._tag === "agrees" ? { ...known, mark: verdict.mark } : yield* repair(epoch, stream, known, verdict.reason)
    incarnation.set(next.incarnation)
    return next
  })

  let connects = 0
  const shortage = payloadShortage(nc.info?.max_payload, stream)
  if (shortage !== undefined) yield* Effect.logWarning(shortage)
  yield* ensureStream(stream)
  const claimed = yield* claimState(epoch)
  let state = yield* align(claimed)
  yield* Effect.logInfo("Publishing", { epoch, incarnation: state.incarnation, afterPosition: state.mark.floor })
  const saver = makeSaver(epoch, claimed.mark)
  let line = new Line(nc, state, () => wake.signal())
  yield* Effect.addFinalizer(() =>
    Effect.promise(() => line.close(nats.isConnected())).pipe(
      Effect.andThen(Effect.suspend(() => saver.save(line.mark))),
      Effect.timeout("2 seconds"),
      Effect.ignore
    )
  )

  let sent = state.mark.floor
  let prefetched:
    | Fiber.Fiber<Effect.Success<ReturnType<typeof read>>, Effect.Error<ReturnType<typeof readAfter>>>
    | undefined
  let poll = PACE
  let refusals = 0
  let busyAt = performance.now()
  let checkedAt = performance.now()

  /** Ends the line, finds out how far it came and opens the next one there. */
  const realign = Effect.fnUntraced(function* (why: "idle" | "stopped") {
    const reason = line.stopped ?? "the connection was lost"
    yield* Effect.promise(() => line.close(nats.isConnected()))
    if (prefetched !== undefined) yield* Fiber.interrupt(prefetched)
    prefetched = undefined
    if (!nats.isConnected()) return yield* BrokerError.away()
    const before = state.mark
    state = yield* align({ ...state, mark: line.mark }, line.reached)
    line = new Line(nc, state, () => wake.signal())
    sent = state.mark.floor
    checkedAt = performance.now()
    yield* saver.save(state.mark)
    if (state.mark.sequence !== before.sequence || state.mark.floor !== before.floor) refusals = 0
    else if (why === "stopped") {
      if (refusals++ === 1) yield* Effect.logWarning("The broker refuses events", { reason })
      health.phase = "waiting"
      health.reason = reason
      yield* Effect.sleep(Math.min(REFUSED_WAIT * 2 ** refusals, LONGEST_REFUSED_WAIT))
    }
  })

  while (true) {
    if (line.stopped !== undefined || nats.connects() !== connects || !nats.isConnected()) {
      yield* realign("stopped")
      continue
    }
    if (refusals === 0) {
      health.phase = line.reached.floor < state.repairUntil ? "repairing" : "publishing"
      health.reason = undefined
    }

    const lookedAt = performance.now()
    const { events, full } = yield* prefetched === undefined ? readAfter(sent) : Fiber.join(prefetched)
    prefetched = undefined
    const last = events.at(-1)
    if (last !== undefined) {
      if (full) prefetched = yield* Effect.forkChild(readAfter(last.position))
      yield* Effect.promise(() => line.send(events))
      sent = last.position
      poll = PACE
      busyAt = performance.now()
      yield* saver.saveIfDue(line.mark)
      if (!full) yield* Effect.sleep(Math.max(0, lookedAt + PACE - busyAt))
      continue
    }

    yield* saver.saveIfDue(line.mark)
    const now = performance.now()
    if (line.isQuiet && now - checkedAt >= CHECK_EVERY) {
      yield* realign("idle")
      continue
    }
    const woken = yield* wake.wait(poll)
    poll = woken ? PACE : Math.min(poll * 2, now - busyAt > IDLE_AFTER ? IDLE_POLL : POLL)
  }
})
