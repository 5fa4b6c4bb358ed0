import { assertLease } from "@sluice/lease/lease"
import { Postgres } from "@sluice/postgres"
import { Effect, Schedule } from "effect"
import type { Firing } from "./timers.fire.ts"

const PAGE = 1_000
const AGAIN = "1 hour"
const RETRY = Schedule.spaced("2 seconds")

/**
 * Dates the expiry of every session by the retention that is in force, in steps of a thousand rows. When an instance has
 * taken over, since the setting may have changed, and every hour, since one with the old setting may have written meanwhile.
 * Until a row's turn has come it is due by the old one; nothing expires by it, since the decision knows the new one.
 */
export const followRetention = (firing: Firing) =>
  Effect.gen(function* () {
    while (true) {
      yield* Effect.retry(redateAll(firing), { schedule: RETRY })
      yield* Effect.sleep(AGAIN)
    }
  })

type StreamKey = readonly [tenant: string, streamId: string]

const redateAll = (firing: Firing) =>
  Effect.gen(function* () {
    let after: StreamKey | null = ["", ""]
    while (after !== null) after = yield* redatePage(firing, after)
  })

const redatePage = ({ lease, epoch, retentionMillis }: Firing, [tenant, streamId]: StreamKey) =>
  Postgres.use((pg) => {
    const page = pg.query<{ last: StreamKey | null }>(
      (sql) => sql<{ last: StreamKey | null }[]>`
        select sluice.timers_redate('session-expiry', ${retentionMillis}::bigint, ${tenant}, ${streamId}, ${PAGE}::integer) as last`
    )
    return pg.transaction(Effect.andThen(assertLease(lease, epoch), page))
  }).pipe(Effect.map(([row]): StreamKey | null => row?.last ?? null))
