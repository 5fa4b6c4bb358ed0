import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import type { Mark } from "./rebuild.target.ts"
import type { StreamKey } from "./verify.page.ts"

/** How far the consumer is now. */
export const readMark = (consumer: string) =>
  Postgres.use((pg) =>
    pg.query<{ position: number; odd: ReadonlyArray<readonly [string, string]> }>(
      (sql) => sql<Array<{ position: number; odd: ReadonlyArray<readonly [string, string]> }>>`
        select coalesce((select position from sluice.consumers where consumer = ${consumer}), 0) as position, (
          select coalesce(jsonb_agg(jsonb_build_array(tenant, stream_id)), '[]') from (
            select tenant, stream_id from sluice.consumer_parked where consumer = ${consumer}
            union
            select tenant, stream_id from sluice.consumer_streams where consumer = ${consumer}
          ) streams
        ) as odd`
    )
  ).pipe(
    Effect.map(([row]): Mark => {
      const odd = (row?.odd ?? []).map(([tenant, streamId]): StreamKey => ({ tenant, streamId }))
      return { position: row?.position ?? 0, odd }
    })
  )
