/**
 * The relay: what is in the outbox goes to the JetStream stream EVENTS, in position order and never beyond the horizon.
 *
 *   standby ──lease──▶ starting ──▶ publishing ◀──▶ waiting (broker or database away, broker refuses)
 *                         │  ▲          │
 *                         ▼  │          ▼
 *                       halted      repairing ──▶ publishing
 *
 * Authority
 * - What must be published: `events` and `outbox`, up to the horizon (see `@sluice/event-store/horizon`).
 * - What has been published: the broker. `relay_state` says where log and stream agreed some moments ago; everything
 *   the stream holds after that must be the events that follow, and `checkBroker` finds out how many. So a saved mark
 *   may be old, after a crash or a takeover, and nothing is published twice for it.
 * - Who may publish: the lease; but bytes already sent cannot be fenced by Postgres. The broker does it: every publish names
 *   the sequence and the message it must follow (`PublishWindow`). A paused leader that wakes up is refused there, or adds
 *   exactly the event that was next; its saves are refused by their epoch (SQLSTATE SL001), which ends it.
 *
 * Failures
 * - An error, time-out or duplicate stops the line: outstanding answers are awaited for a bounded time, the stream is
 *   compared with the log, and the next line begins at the lowest event that is not acknowledged.
 * - The broker is away: said once, the outbox grows, and drains when it is back. Nothing is sent before it has been compared.
 * - The broker is full or refuses: the same events are tried again, ever more slowly, at most every 2 s.
 * - The broker lost something (a tail, the stream, everything): checked at the start, on every reconnect, whenever the line
 *   stops and every few seconds while idle. `repair` begins a new incarnation and publishes again from the last point held.
 * - The database is away: said once; a new session begins when it is back, with a fresh horizon and fresh state.
 * - The database was restored or lost commits: halted. Nothing is published; asked again every 5 s, so it goes on by itself
 *   once somebody has decided (see `RestoredDatabase`).
 * - The relay dies: a standby takes over when the lease expires (3 s), at once when it was released.
 *
 * May be repeated in the stream: events around a repair. Never lost, never out of order within their first occurrences.
 */
import { isFenced, withLease } from "@sluice/lease"
import { DbError } from "@sluice/postgres"
import { Effect } from "effect"
import { RestoredDatabase } from "./relay.errors.ts"
import { isPublishing } from "./relay.health.ts"
import { keepRing } from "./relay.ring.ts"
import { type RelayOptions, runSession } from "./relay.session.ts"

export const LEASE = "outbox-relay"

/** Milliseconds before the next session. */
const RETRY_WAIT = 200
const HALTED_WAIT = 5_000

/** Relays for ever, whenever this instance holds the lease. `owner` is shown to operators. */
export const runRelay = (owner: string, options: RelayOptions) =>
  withLease({ name: LEASE, owner }, ({ epoch }) => relayUnder(epoch, options)).pipe(
    Effect.ensuring(Effect.sync(() => standBy(options)))
  )

const standBy = ({ health }: RelayOptions): void => {
  health.phase = "standby"
  health.reason = undefined
}

/** One session after the other, until the epoch is over. */
const relayUnder = (epoch: number, options: RelayOptions) =>
  Effect.gen(function* () {
    const { health } = options
    health.phase = "starting"
    yield* Effect.forkScoped(keepRing)
    let said: string | undefined
    while (true) {
      const error = yield* Effect.flip(Effect.scoped(runSession(epoch, options)))
      if (error instanceof DbError && isFenced(error)) return yield* error
      if (isPublishing(health)) said = undefined
      const halted = error instanceof RestoredDatabase
      health.phase = halted ? "halted" : "waiting"
      health.reason = error.message
      if (said !== error.message)
        yield* halted ? Effect.logError(error.message) : Effect.logWarning("Not publishing", { reason: error.message })
      said = error.message
      yield* Effect.sleep(halted ? HALTED_WAIT : RETRY_WAIT)
    }
  }).pipe(Effect.scoped, Effect.ensuring(Effect.sync(() => standBy(options))))
