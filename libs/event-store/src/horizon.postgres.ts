import type { DbError, Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import type { HorizonProbe } from "./horizon.ts"

/** One look at the primary: the last position, then the holders of the append lock (`db/functions/horizon_probe.sql`). */
export const horizonProbe = (postgres: Postgres["Service"]): Effect.Effect<HorizonProbe, DbError> =>
  postgres
    .query(
      (sql) => sql<{ last_position: number; holders: ReadonlyArray<string> }[]>`select * from sluice.horizon_probe()`
    )
    .pipe(Effect.map(([row]) => ({ lastPosition: row?.last_position ?? 0, holders: row?.holders ?? [] })))
