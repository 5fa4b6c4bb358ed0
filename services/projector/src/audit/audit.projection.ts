import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Postgres, type Sql } from "@sluice/postgres"
import type { Reaction } from "@sluice/projection"

type Argument = Parameters<Sql["json"]>[0]

/** The thin row of an event: what one searches by. What the event says is joined from the log when it is read. */
export const auditRow = (event: RecordedEvent) => [
  event.tenant,
  event.position,
  event.eventId,
  event.streamId,
  event.version,
  event.type,
  event.metadata.actor.id,
  event.metadata.correlationId,
  event.recordedAt
]

/** "Who did what, when, and as part of what?": every event of every category. */
export const audit: Reaction = {
  name: "audit",
  apply: (events) =>
    Postgres.use((pg) =>
      pg.query(
        (sql) => sql`
          insert into sluice.audit
            (tenant, position, event_id, stream_id, version, type, actor_id, correlation_id, recorded_at)
          select value ->> 0, (value ->> 1)::bigint, (value ->> 2)::uuid, value ->> 3, (value ->> 4)::integer, value ->> 5,
            value ->> 6, value ->> 7, (value ->> 8)::timestamptz
          from jsonb_array_elements(${sql.json(events.map(auditRow) as Argument)})
          on conflict (tenant, position) do nothing`
      )
    )
}
