import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { truncateBlocked } from "./relay.metrics.ts"

/** Milliseconds between two looks, and after somebody held a partition. */
const EVERY = 2_000
const WHEN_BLOCKED = 30_000

/** Empties the outbox partitions wholly below the saved floor; answers how many were emptied, and how many somebody held. */
export const truncateOnce = Postgres.use((pg) =>
  pg.query<{ truncated: number; blocked: number }>((sql) => sql`select * from sluice.relay_truncate()`)
).pipe(
  Effect.map((rows) => rows[0] ?? { truncated: 0, blocked: 0 }),
  Effect.tap(({ blocked }) => Effect.sync(() => truncateBlocked.inc(blocked)))
)

/** Keeps the ring of partitions short, for ever. A database that is away is none of its business: the loop reports that. */
export const keepRing = Effect.gen(function* () {
  while (true) {
    const { blocked } = yield* Effect.orElseSucceed(truncateOnce, () => ({ truncated: 0, blocked: 0 }))
    if (blocked > 0) {
      yield* Effect.logWarning("Somebody holds outbox partitions; they are emptied later", { partitions: blocked })
    }
    yield* Effect.sleep(blocked > 0 ? WHEN_BLOCKED : EVERY)
  }
})
