import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { decodeEvent } from "@sluice/contracts/event/event.registry"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { conflicts } from "../billing.metrics.ts"
import { isBilled } from "../ledger/ledger.reaction.ts"

/**
 * Events that came again: nothing is posted for them whatever they say. One that says something else than the log under its id is an
 * alarm: somebody writes into the stream, or a database was restored and went another way.
 */
export const reportConflicts = (repeats: ReadonlyArray<RecordedEvent>) =>
  Effect.gen(function* () {
    const billed = repeats.filter(({ type }) => isBilled(type))
    if (billed.length === 0) return
    const pg = yield* Postgres
    const logged = yield* pg.query<Logged>(
      (sql) => sql<Logged[]>`
        select position, event_id as "eventId", type, schema_version as "schemaVersion", data, metadata from sluice.events
        where position = any (${billed.map(({ position }) => position)}::bigint[])`
    )
    const known = new Map(logged.map((event) => [event.position, event]))
    for (const event of billed) {
      const own = known.get(event.position)
      if (
        own !== undefined &&
        own.eventId === event.eventId &&
        own.type === event.type &&
        sameJson(decodeEvent(own).data, event.data) // as the repeat was read: in its newest shape
      )
        continue
      conflicts.inc()
      const { tenant, streamId, position, eventId, type } = event
      yield* Effect.logError("An event came again with other content; nothing was posted", {
        ...{ tenant, streamId, position, eventId, type }
      })
    }
  })

type Logged = Pick<RecordedEvent, "position" | "eventId" | "type" | "schemaVersion" | "data" | "metadata">
