import { Postgres } from "@sluice/postgres"

/**
 * Copies events of the log into `table`, which is the audit or stands for it: a thin row each, for every event of every
 * category. What an event says is joined from the log when it is read.
 */
export const copyToAudit = (table: string, positions: ReadonlyArray<number>) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        insert into ${sql(`sluice.${table}`)}
          (tenant, position, event_id, stream_id, version, type, actor_id, correlation_id, recorded_at)
        select tenant, position, event_id, stream_id, version, type, metadata -> 'actor' ->> 'id', metadata ->> 'correlationId',
          recorded_at
        from sluice.events where position = any (${positions as Array<number>}::bigint[])`
    )
  )
