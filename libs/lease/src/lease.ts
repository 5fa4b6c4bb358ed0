/**
 * One active instance of a role, with hot standbys.
 *
 *   standing by ──acquired──▶ holding ──body ends, or the lease is lost──▶ standing by
 *
 * Authority: the row in `sluice.leases`, by the database's clock alone. It is a row and not a session lock, so it works
 * through PgBouncer in transaction mode. The epoch grows with every change of owner; whatever the holder writes is
 * guarded by it (`assertLease`, or a column of its own), because a paused process may believe in a lease that is gone.
 *
 * Failures:
 * - the holder dies: its lease expires after `ttl`, a standby asks every quarter of `renewEvery`;
 * - the holder shuts down: it releases, a standby takes over within that quarter;
 * - the database does not answer: the body goes on until `ttl` has passed since the last renewal was sent, then it is
 *   interrupted; after that this instance stands by and asks again. Said once in the log, and once when it is over;
 * - the body fails: the lease is released, the failure is logged, and the instance stands by again after `renewEvery`.
 */
import type { Postgres } from "@sluice/postgres"
import { Cause, Duration, Effect, Exit } from "effect"
import { leaseEpoch, leaseOwner } from "./lease.metrics.ts"
import { acquire, release, renew } from "./lease.store.ts"

export { assertLease, isFenced } from "./lease.store.ts"

export interface Lease {
  readonly epoch: number
}

export interface LeaseOptions {
  readonly name: string
  /** Shown to operators; need not be unique. */
  readonly owner: string
  /** How long others wait for a holder that died. Default 3 seconds. */
  readonly ttl?: Duration.Input
  /** Default 1 second. */
  readonly renewEvery?: Duration.Input
}

/** Runs `body` whenever this instance holds the lease, for ever. `body` is interrupted when the lease is lost. */
export const withLease = <E, R>(
  options: LeaseOptions,
  body: (lease: Lease) => Effect.Effect<unknown, E, R>
): Effect.Effect<never, never, R | Postgres> => {
  const { name, owner } = options
  const ttl = Duration.toMillis(options.ttl ?? "3 seconds")
  const renewEvery = Duration.toMillis(options.renewEvery ?? "1 second")
  let complained = false

  /** Says the first of a row of failures, and when it is over. */
  const said = <A, E2, R2>(self: Effect.Effect<A, E2, R2>): Effect.Effect<A, E2, R2> =>
    self.pipe(
      Effect.tapError((error) => {
        if (complained) return Effect.void
        complained = true
        return Effect.logWarning("The lease cannot be asked for", { lease: name, reason: String(error) })
      }),
      Effect.tap(() => {
        if (!complained) return Effect.void
        complained = false
        return Effect.logInfo("The lease can be asked for again", { lease: name })
      })
    )

  const standBy = Effect.gen(function* () {
    while (true) {
      const sentAt = performance.now()
      const epoch = yield* said(acquire(name, owner, ttl)).pipe(Effect.orElseSucceed(() => undefined))
      if (epoch !== undefined) return { epoch, until: sentAt + ttl }
      yield* Effect.sleep(renewEvery / 4)
    }
  })

  /** Ends when the lease is lost; the deadline counts from before a renewal was sent, so it is never later than the database's. */
  const keep = Effect.fnUntraced(function* (epoch: number, firstDeadline: number) {
    let until = firstDeadline
    while (true) {
      yield* Effect.sleep(Math.max(0, Math.min(renewEvery, until - performance.now())))
      const sentAt = performance.now()
      if (sentAt >= until) return "it could not be renewed in time"
      const renewed = yield* said(renew(name, epoch, ttl)).pipe(
        Effect.timeout(until - sentAt),
        Effect.orElseSucceed(() => undefined)
      )
      if (renewed === false) return "it has passed on"
      if (renewed === true) until = sentAt + ttl
      else yield* Effect.sleep(Math.min(renewEvery / 4, Math.max(0, until - performance.now())))
    }
  })

  const hold = Effect.fnUntraced(function* (epoch: number, until: number) {
    leaseOwner.set({ lease: name }, 1)
    leaseEpoch.set({ lease: name }, epoch)
    yield* Effect.logInfo("Holding the lease", { lease: name, epoch })
    const lost = keep(epoch, until).pipe(
      Effect.flatMap((reason) => Effect.logWarning("The lease is lost", { lease: name, epoch, reason }))
    )
    const exit = yield* Effect.exit(Effect.raceFirst(body({ epoch }), lost))
    if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return
    yield* Effect.logError("The holder of the lease failed", { lease: name, epoch }, exit.cause)
    yield* giveUp(epoch)
    yield* Effect.sleep(renewEvery)
  })

  const giveUp = (epoch: number) =>
    Effect.sync(() => leaseOwner.set({ lease: name }, 0)).pipe(
      Effect.andThen(release(name, epoch)),
      Effect.timeout(ttl),
      Effect.ignore
    )

  leaseOwner.set({ lease: name }, 0)
  return Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      while (true) {
        const { epoch, until } = yield* restore(standBy)
        yield* restore(hold(epoch, until)).pipe(Effect.ensuring(giveUp(epoch)))
      }
    })
  )
}
