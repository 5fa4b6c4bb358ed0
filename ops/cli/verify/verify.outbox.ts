import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { inPages } from "./verify.pages.ts"
import { eventName, type Tally } from "./verify.report.ts"

/** Every outbox row names an event by its position, its slot and the subject of its stream (I1). */
export const checkOutboxRows = (tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    yield* inPages({
      first: 0,
      page: (after, limit) =>
        pg.query<{ position: number; subject: string; known: boolean; fits: boolean | null }>(
          (sql) => sql`
            select o.position, o.subject, e.position is not null as known,
              o.subject = sluice.event_subject(e.tenant, e.type, e.stream_id) and o.slot = (o.position / 65536) % 8 as fits
            from (select * from sluice.outbox where position > ${after} order by position limit ${limit}) o
            left join lateral (select * from sluice.events e where e.position = o.position limit 1) e on true
            order by o.position`
        ),
      cursor: ({ position }) => position,
      each: ({ position, subject, known, fits }) => {
        if (!known) tally.found("outbox", `the row at position ${position} (${subject}) has no event`)
        else if (!fits) tally.found("outbox", `the row at position ${position} (${subject}) does not fit its event`)
      }
    })
  })

/** Every event that is still to be published has its outbox row; without one nobody would ever publish it (I1). */
export const checkOutboxEvents = (upTo: number, tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    yield* inPages({
      first: 0,
      page: (after, limit) =>
        pg.query<{ position: number; tenant: string; streamId: string; version: number; eventId: string }>(
          (sql) => sql`
            select e.position, e.tenant, e.stream_id as "streamId", e.version, e.event_id as "eventId"
            from sluice.events e
            where e.position > greatest(${after}, (select greatest(floor, repair_until) from sluice.relay_state))
              and e.position <= ${upTo}
              and not exists (select from sluice.outbox o where o.position = e.position)
            order by e.position limit ${limit}`
        ),
      cursor: ({ position }) => position,
      each: (row) => tally.found("outbox", `${eventName(row)} is to be published and has no row`)
    })
  })

/** Every idempotency key points at a version that exists (I6). */
export const checkKeys = (tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    yield* inPages({
      first: { tenant: "", scope: "", key: "" },
      page: (after, limit) =>
        pg.query<{
          tenant: string
          scope: string
          key: string
          streamId: string
          version: number
          known: boolean
        }>(
          (sql) => sql`
            select i.tenant, i.scope, i.key, i.stream_id as "streamId", i.version, i.version = 0 or e.version is not null as known
            from (
              select * from sluice.idempotency where (tenant, scope, key) > (${after.tenant}, ${after.scope}, ${after.key})
              order by tenant, scope, key limit ${limit}
            ) i
            left join lateral (
              select version from sluice.events e
              where e.tenant = i.tenant and e.stream_id = i.stream_id and e.version = i.version limit 1
            ) e on true
            order by i.tenant, i.scope, i.key`
        ),
      cursor: ({ tenant, scope, key }) => ({ tenant, scope, key }),
      each: ({ tenant, scope, key, streamId, version, known }) => {
        if (!known) tally.found("keys", `${tenant} ${scope} ${key} points at ${streamId} version ${version}`)
      }
    })
  })
