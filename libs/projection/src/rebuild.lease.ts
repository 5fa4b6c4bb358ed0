import { acquire, release, renew } from "@sluice/lease/lease.store"
import type { DbError, Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import type { Builder } from "./rebuild.tables.ts"
import { RebuildUnderWay } from "./rebuild.target.ts"

/** Milliseconds: how long a rebuild that was killed keeps others away, and how often one that lives says so. */
const TTL = 5000
const RENEW = 1000

/**
 * Runs `work` as the only rebuild of that name, or fails with `RebuildUnderWay`. Renewing is best effort: what the work
 * writes is fenced by the epoch, so one that was overtaken fails at its next page.
 */
export const alone = <A, E, R>(
  name: string,
  owner: string,
  work: (builder: Builder) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | DbError | RebuildUnderWay, R | Postgres> => {
  const lease = `rebuild-${name}`
  const hold = Effect.filterOrFail(
    acquire(lease, owner, TTL),
    (epoch) => epoch !== undefined,
    () => new RebuildUnderWay({ name })
  )
  const keep = (epoch: number) => Effect.forever(Effect.delay(Effect.ignore(renew(lease, epoch, TTL)), RENEW))
  return Effect.acquireUseRelease(
    hold,
    (epoch) => Effect.raceFirst(work({ lease, epoch }), keep(epoch)),
    (epoch) => Effect.ignore(Effect.timeout(release(lease, epoch), TTL))
  )
}
