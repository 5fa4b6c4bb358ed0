import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"
import { type RowKey, rowKey } from "./read-model.ts"
import type { CheckedStream, StoredPart, StoredRow } from "./verify.fold.ts"

/** What `verify` reads, page by page; each page within one snapshot. */

export interface StreamKey {
  readonly tenant: string
  readonly streamId: string
}

/**
 * Runs on one consistent snapshot of a live database. The tables are locked against being exchanged by a rebuild, before the
 * snapshot is taken: a table that came later would seem to lack what was written since.
 */
export const onSnapshot = <A, E, R>(tables: ReadonlyArray<string>, work: Effect.Effect<A, E, R>) =>
  Postgres.use((pg) =>
    pg.transaction(
      Effect.gen(function* () {
        yield* pg.query((sql) => sql`set transaction isolation level repeatable read, read only`)
        yield* pg.query((sql) => sql`lock table ${sql(tables.map((table) => `sluice.${table}`))} in access share mode`)
        return yield* work
      })
    )
  )

/** Null: of all categories. */
type Categories = ReadonlyArray<string> | null

const among = (sql: Sql, categories: Categories) =>
  categories === null ? sql`` : sql`and split_part(stream_id, '-', 1) = any (${[...categories]})`

export const streamsAfter = (
  consumer: string,
  { tenant, streamId }: StreamKey,
  limit: number,
  categories: Categories = null
) =>
  Postgres.use((pg) =>
    pg.query<CheckedStream>(
      (sql) => sql<CheckedStream[]>`
        select s.tenant, s.stream_id as "streamId", sluice.consumer_version(${consumer}, s.tenant, s.stream_id) as seen,
          array(
            select k.version from sluice.consumer_skipped k
            where k.consumer = ${consumer} and k.tenant = s.tenant and k.stream_id = s.stream_id
          ) as skipped
        from sluice.streams s
        where (s.tenant, s.stream_id) > (${tenant}, ${streamId}) ${among(sql, categories)}
        order by s.tenant, s.stream_id limit ${limit}`
    )
  )

/** Events from a stream's version on, up to the end of the last stream, in the order of streams and versions. */
export const eventsBetween = (
  after: StreamKey & { readonly version: number },
  last: StreamKey,
  limit: number,
  categories: Categories = null
) =>
  Postgres.use((pg) =>
    pg.query<Omit<RecordedEvent, "recordedAt"> & { recordedAt: Date }>(
      (sql) => sql<Array<Omit<RecordedEvent, "recordedAt"> & { recordedAt: Date }>>`
        select position, tenant, stream_id as "streamId", version, event_id as "eventId", type,
          schema_version as "schemaVersion", data, metadata, recorded_at as "recordedAt"
        from sluice.events
        where (tenant, stream_id, version) > (${after.tenant}, ${after.streamId}, ${after.version})
          and (tenant, stream_id) <= (${last.tenant}, ${last.streamId}) ${among(sql, categories)}
        order by tenant, stream_id, version limit ${limit}`
    )
  ).pipe(Effect.map((rows) => rows.map((row): RecordedEvent => ({ ...row, recordedAt: row.recordedAt.toISOString() }))))

export const storedRows = (table: string, keys: ReadonlyArray<RowKey>) =>
  Postgres.use((pg) =>
    pg.query<StoredRow & RowKey>(
      (sql) => sql<Array<StoredRow & RowKey>>`
        select found.* from jsonb_array_elements(${sql.json(keys.map(({ tenant, id }) => [tenant, id]))}) key,
          lateral (
            select tenant, id, version, view, fold, created_at as "createdAt" from ${sql(`sluice.${table}`)}
            where tenant = key.value ->> 0 and id = key.value ->> 1 limit 1
          ) found`
    )
  ).pipe(Effect.map((rows) => new Map(rows.map((row) => [rowKey(row), row]))))

/** The parts of these rows, by `rowKey`. */
export const storedParts = (table: string, keys: ReadonlyArray<RowKey>) =>
  Postgres.use((pg) =>
    pg.query<StoredPart & RowKey>(
      (sql) => sql<Array<StoredPart & RowKey>>`
        select found.* from jsonb_array_elements(${sql.json(keys.map(({ tenant, id }) => [tenant, id]))}) row_key,
          lateral (
            select tenant, id, key, view, created_at as "createdAt" from ${sql(`sluice.${table}`)}
            where tenant = row_key.value ->> 0 and id = row_key.value ->> 1
          ) found`
    )
  ).pipe(Effect.map((parts) => Map.groupBy(parts, rowKey)))

/** Rows, or parts of rows, whose stream the log does not know. */
export const strayRows = (table: string, category: string) =>
  Postgres.use((pg) =>
    pg.query<StreamKey>(
      (sql) => sql<StreamKey[]>`
        select distinct row.tenant, ${category} || '-' || row.id as "streamId" from ${sql(`sluice.${table}`)} row
        where not exists (
          select from sluice.streams s where s.tenant = row.tenant and s.stream_id = ${category} || '-' || row.id
        ) limit 100`
    )
  )

export interface AuditFault extends StreamKey {
  readonly version: number
  readonly found: boolean
}
/** Events whose entry in the audit is missing, too much, or not as the event; `applied`: whether there should be one. */
export const auditFaults = (positions: ReadonlyArray<number>, applied: ReadonlyArray<boolean>) =>
  Postgres.use((pg) =>
    pg.query<AuditFault>(
      (sql) => sql<AuditFault[]>`
        select e.tenant, e.stream_id as "streamId", e.version, a.position is not null as found
        from unnest(${positions as Array<number>}::bigint[], ${applied.map(Number)}::integer[]) wanted (position, applied)
        cross join lateral (select * from sluice.events where position = wanted.position limit 1) e
        left join lateral (select * from sluice.audit where tenant = e.tenant and position = e.position limit 1) a on true
        where (a.position is not null) <> (wanted.applied = 1)
          or (
            a.position is not null and (a.event_id, a.stream_id, a.version, a.type, a.actor_id, a.correlation_id, a.recorded_at)
              is distinct from (e.event_id, e.stream_id, e.version, e.type, e.metadata -> 'actor' ->> 'id',
                e.metadata ->> 'correlationId', e.recorded_at)
          )`
    )
  )

/** Entries of the audit that no event stands behind. */
export const strayAudit = Postgres.use((pg) =>
  pg.query<StreamKey>(
    (sql) => sql<StreamKey[]>`
      select a.tenant, a.stream_id as "streamId" from sluice.audit a
      where not exists (select from sluice.events e where e.position = a.position) limit 100`
  )
)

export const skippedCount = (consumer: string) =>
  Postgres.use((pg) =>
    pg.query<{ skipped: number }>(
      (sql) => sql<{ skipped: number }[]>`
        select count(*)::int as skipped from sluice.consumer_skipped where consumer = ${consumer}`
    )
  ).pipe(Effect.map(([row]) => row?.skipped ?? 0))
