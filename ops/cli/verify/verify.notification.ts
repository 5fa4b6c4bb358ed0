import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { decode } from "../shared/read-models.ts"
import { makeDeliveryCheck } from "./verify.deliveries.ts"
import { makeInboxCheck } from "./verify.inbox.ts"
import type { Tally } from "./verify.report.ts"

const PAGE = 2_000
const consumer = "notification"

/** What notification makes of events: every delivery is there that a subscription wanted, and no other (I8); so is the inbox. */
export const checkNotification = (upTo: number, tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    const [checkpoint] = yield* pg.query<{ position: number | null }>(
      (sql) => sql`select position from sluice.consumers where consumer = ${consumer}`
    )
    const end = Math.min(upTo, checkpoint?.position ?? 0)
    const left = yield* leftOut
    const checks = [makeDeliveryCheck(tally), makeInboxCheck(tally)]
    let after = 0
    while (true) {
      const events = yield* page(after, end)
      const applied = events.filter((event) => !left.has(event)).flatMap((event) => decoded(event))
      for (const { add } of checks) add(applied)
      const last = events.at(-1)
      if (last === undefined || events.length < PAGE) break
      after = last.position
    }
    for (const { compare } of checks) yield* compare(end)
  })

/** Events that are poison to everybody are reported as parked. */
const decoded = (event: RecordedEvent): ReadonlyArray<RecordedEvent> => {
  try {
    return [decode(event)]
  } catch {
    return []
  }
}

/** What an operator knows of already: streams that wait behind a poison, and events that were given up. */
const leftOut = Postgres.use((pg) =>
  Effect.gen(function* () {
    const parked = yield* pg.query<{ tenant: string; streamId: string; version: number }>(
      (sql) =>
        sql`select tenant, stream_id as "streamId", version from sluice.consumer_parked where consumer = ${consumer}`
    )
    const skipped = yield* pg.query<{ tenant: string; streamId: string; version: number }>(
      (sql) =>
        sql`select tenant, stream_id as "streamId", version from sluice.consumer_skipped where consumer = ${consumer}`
    )
    const from = new Map(parked.map(({ tenant, streamId, version }) => [`${tenant} ${streamId}`, version]))
    const given = new Set(skipped.map(({ tenant, streamId, version }) => `${tenant} ${streamId} ${version}`))
    return {
      has: ({ tenant, streamId, version }: RecordedEvent): boolean =>
        version >= (from.get(`${tenant} ${streamId}`) ?? Number.POSITIVE_INFINITY) ||
        given.has(`${tenant} ${streamId} ${version}`)
    }
  })
)

const page = (after: number, upTo: number) =>
  Postgres.use((pg) =>
    pg.query<RecordedEvent>(
      (sql) => sql<RecordedEvent[]>`
        select position, tenant, stream_id as "streamId", version, event_id as "eventId", type,
          schema_version as "schemaVersion", data, metadata,
          to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt"
        from sluice.events where position > ${after} and position <= ${upTo} order by position limit ${PAGE}`
    )
  )
