import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { copyToAudit } from "./read-model.audit.ts"
import { readMark } from "./rebuild.mark.ts"
import { type Mark, nextOf, type Page, type RebuildTarget } from "./rebuild.target.ts"

const EVENTS = 5000
const AUDIT = "audit"
const NEXT = `sluice.${nextOf(AUDIT)}`

/**
 * The audit: copied in the order of the log, as its index by time wants it. So it first gets what waits behind parked
 * streams, too; that is taken out again where a stream stands elsewhere than the checkpoint says.
 */
export const auditTarget = (consumer: string): RebuildTarget => {
  const copyBetween = (after: number, upTo: number, page: Page, tick: (events: number) => void) =>
    Effect.gen(function* () {
      let cursor = after
      while (true) {
        const positions = yield* page(
          Effect.tap(nextPositions(cursor, upTo), (found) =>
            found.length > 0 ? copyToAudit(nextOf(AUDIT), found) : Effect.void
          )
        )
        tick(positions.length)
        if (positions.length < EVENTS) return
        cursor = positions.at(-1) as number
      }
    })

  return {
    name: AUDIT,
    tables: [{ name: AUDIT, key: ["tenant", "position"] }],
    size: Postgres.use((pg) =>
      pg.query<{ events: number }>((sql) => sql<{ events: number }[]>`select count(*) as events from sluice.events`)
    ).pipe(Effect.map(([row]) => row?.events ?? 0)),
    fill: (page, tick) => Effect.flatMap(readMark(consumer), ({ position }) => copyBetween(0, position, page, tick)),
    follow: (from, to, page) =>
      Effect.gen(function* () {
        let events = 0
        yield* copyBetween(from.position, to.position, page, (count) => {
          events += count
        })
        return events + (yield* page(settleOdd(consumer, from, to)))
      })
  }
}

/** Events of the log that are not copied yet. */
const nextPositions = (after: number, upTo: number) =>
  Postgres.use((pg) =>
    pg.query<{ position: number }>(
      (sql) => sql<{ position: number }[]>`
        select position from sluice.events e
        where position > ${after} and position <= ${upTo}
          and not exists (select from ${sql(NEXT)} known where known.tenant = e.tenant and known.position = e.position)
        order by position limit ${EVENTS}`
    )
  ).pipe(Effect.map((rows) => rows.map(({ position }) => position)))

/** Of streams that stand elsewhere than the checkpoint says, the audit holds what is applied and nothing else. */
const settleOdd = (consumer: string, from: Mark, to: Mark) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    const odd = [...from.odd, ...to.odd]
    yield* pg.query(
      (sql) => sql`
        delete from ${sql(NEXT)} entry using sluice.consumer_skipped skipped
        where skipped.consumer = ${consumer} and entry.tenant = skipped.tenant and entry.position = skipped.position`
    )
    if (odd.length === 0) return 0
    const wrong = yield* pg.query<{ position: number; tenant: string; applied: boolean }>(
      (sql) => sql<Array<{ position: number; tenant: string; applied: boolean }>>`
        select e.position, e.tenant, e.applied from (
          select tenant, stream_id, sluice.consumer_version(${consumer}, tenant, stream_id) as seen
          from (
            select distinct tenant, stream_id from unnest(
              ${odd.map(({ tenant }) => tenant)}::text[], ${odd.map(({ streamId }) => streamId)}::text[]
            ) odd (tenant, stream_id)
          ) streams
        ) s
        cross join lateral (
          select tenant, position, version <= s.seen and not exists (
            select from sluice.consumer_skipped k
            where k.consumer = ${consumer} and k.tenant = s.tenant and k.stream_id = s.stream_id and k.version = events.version
          ) as applied
          from sluice.events where tenant = s.tenant and stream_id = s.stream_id
        ) e
        where e.applied <> exists (select from ${sql(NEXT)} where tenant = e.tenant and position = e.position)`
    )
    const [missing, early] = [wrong.filter(({ applied }) => applied), wrong.filter(({ applied }) => !applied)]
    if (missing.length > 0)
      yield* copyToAudit(
        nextOf(AUDIT),
        missing.map(({ position }) => position)
      )
    yield* pg.query(
      (sql) => sql`
        delete from ${sql(NEXT)} entry
        using unnest(${early.map(({ tenant }) => tenant)}::text[], ${early.map(({ position }) => position)}::bigint[])
          early (tenant, position)
        where entry.tenant = early.tenant and entry.position = early.position`
    )
    return wrong.length
  })
