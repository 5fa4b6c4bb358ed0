import { Postgres } from "@sluice/postgres"
import type { Reaction } from "@sluice/projection"

/**
 * "Who did what, when, and as part of what?": a thin row for every event of every category, copied from the log. What the
 * event says is joined from there when it is read.
 */
export const audit: Reaction = {
  name: "audit",
  apply: (events) =>
    Postgres.use((pg) =>
      pg.query(
        (sql) => sql`
          insert into sluice.audit
            (tenant, position, event_id, stream_id, version, type, actor_id, correlation_id, recorded_at)
          select tenant, position, event_id, stream_id, version, type, metadata -> 'actor' ->> 'id', metadata ->> 'correlationId',
            recorded_at
          from sluice.events where position = any (${events.map(({ position }) => position)}::bigint[])`
      )
    )
}
