import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import type { Span } from "./consumer.batch.ts"
import { type Mark, nextOf } from "./rebuild.target.ts"
import type { StreamKey } from "./verify.page.ts"

/** Which events of which streams a rebuild applies: exactly those that the consumer has applied. */

/** Of one stream, the versions after `after` up to the newest applied, less those given up. */
export interface StreamSpan extends Span {
  readonly skipped: ReadonlyArray<number>
}
/** What one transaction applies. */
export type Section = ReadonlyArray<StreamSpan>

const SECTION = 1000

/** Cuts streams into sections of bounded size; a long stream goes through several of them, one after the other. */
export const sectionsOf = (streams: ReadonlyArray<StreamSpan>, size = SECTION): ReadonlyArray<Section> => {
  const sections: Array<Array<StreamSpan>> = []
  let left = 0
  for (const stream of streams) {
    for (let after = stream.after; after < stream.upTo; ) {
      if (left === 0) {
        sections.push([])
        left = size
      }
      const upTo = Math.min(stream.upTo, after + left)
      sections.at(-1)?.push({ ...stream, after, upTo })
      left -= upTo - after
      after = upTo
    }
  }
  return sections
}

/** Of a whole category. */
export const eventsCount = (category: string) =>
  Postgres.use((pg) =>
    pg.query<{ events: number }>(
      (sql) => sql<{ events: number }[]>`
        select coalesce(sum(version), 0)::bigint as events from sluice.streams
        where split_part(stream_id, '-', 1) = ${category}`
    )
  ).pipe(Effect.map(([row]) => row?.events ?? 0))

/** The next streams of a category in the order of their ids, from their first version. */
export const appliedAfter = (consumer: string, category: string, { tenant, streamId }: StreamKey, limit: number) =>
  Postgres.use((pg) =>
    pg.query<StreamSpan>(
      (sql) => sql<StreamSpan[]>`
        select s.tenant, s.stream_id as "streamId", 0 as after,
          sluice.consumer_version(${consumer}, s.tenant, s.stream_id) as "upTo",
          array(
            select k.version from sluice.consumer_skipped k
            where k.consumer = ${consumer} and k.tenant = s.tenant and k.stream_id = s.stream_id
          ) as skipped
        from (
          select tenant, stream_id from sluice.streams
          where (tenant, stream_id) > (${tenant}, ${streamId}) and split_part(stream_id, '-', 1) = ${category}
          order by tenant, stream_id limit ${limit}
        ) s order by s.tenant, s.stream_id`
    )
  )

/**
 * Streams of which something may have been applied between two marks, from the version that their new row is at. A
 * stream that is odd at either may have moved without an event after the first checkpoint.
 */
export const appliedSince = (
  consumer: string,
  model: { readonly name: string; readonly category: string },
  from: Mark,
  to: Mark
) => {
  const odd = [...from.odd, ...to.odd]
  return Postgres.use((pg) =>
    pg.query<StreamSpan>(
      (sql) => sql<StreamSpan[]>`
        select s.tenant, s.stream_id as "streamId",
          coalesce(
            (
              select version from ${sql(`sluice.${nextOf(model.name)}`)}
              where tenant = s.tenant and id = substr(s.stream_id, strpos(s.stream_id, '-') + 1)
            ), 0
          ) as after,
          sluice.consumer_version(${consumer}, s.tenant, s.stream_id) as "upTo",
          array(
            select k.version from sluice.consumer_skipped k
            where k.consumer = ${consumer} and k.tenant = s.tenant and k.stream_id = s.stream_id
          ) as skipped
        from (
          select tenant, stream_id from sluice.events where position > ${from.position} and position <= ${to.position}
          union
          select tenant, stream_id from unnest(
            ${odd.map(({ tenant }) => tenant)}::text[], ${odd.map(({ streamId }) => streamId)}::text[]
          ) odd (tenant, stream_id)
        ) s
        where split_part(s.stream_id, '-', 1) = ${model.category}`
    )
  )
}

/** The events of a section, stream by stream in the order of their versions, less those given up. */
export const eventsOf = (section: Section) =>
  Postgres.use((pg) =>
    pg.query<Omit<RecordedEvent, "recordedAt"> & { recordedAt: Date }>(
      (sql) => sql<Array<Omit<RecordedEvent, "recordedAt"> & { recordedAt: Date }>>`
        select e.position, e.tenant, e.stream_id as "streamId", e.version, e.event_id as "eventId", e.type,
          e.schema_version as "schemaVersion", e.data, e.metadata, e.recorded_at as "recordedAt"
        from unnest(
          ${section.map(({ tenant }) => tenant)}::text[], ${section.map(({ streamId }) => streamId)}::text[],
          ${section.map(({ after }) => after)}::integer[], ${section.map(({ upTo }) => upTo)}::integer[]
        ) with ordinality s (tenant, stream_id, after, up_to, place)
        cross join lateral (
          select * from sluice.events
          where tenant = s.tenant and stream_id = s.stream_id and version > s.after and version <= s.up_to
          order by version
        ) e
        order by s.place, e.version`
    )
  ).pipe(
    Effect.map((rows) => {
      const skipped = new Set(section.flatMap((span) => span.skipped.map((version) => eventName({ ...span, version }))))
      return rows
        .filter((row) => !skipped.has(eventName(row)))
        .map((row): RecordedEvent => ({ ...row, recordedAt: row.recordedAt.toISOString() }))
    })
  )

const eventName = (event: { readonly tenant: string; readonly streamId: string; readonly version: number }): string =>
  `${event.tenant} ${event.streamId} ${event.version}`
