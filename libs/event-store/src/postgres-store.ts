import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Postgres, type Sql } from "@sluice/postgres"
import { Effect, Layer } from "effect"
import { horizonProbe } from "./horizon.postgres.ts"
import { makeHorizon } from "./horizon.ts"
import { toStoreError } from "./store.errors.ts"
import { EventStore } from "./store.port.ts"
import { type AppendAnswer, decodeAppend, decodeLoad, encodeAppend, encodeLoad, type LoadRow } from "./store.wire.ts"

type Argument = Parameters<Sql["json"]>[0]

interface EventRow extends Omit<RecordedEvent, "recordedAt"> {
  readonly recordedAt: Date
}

/** The event store in Postgres: every write is one call of a function of `db/functions`. Needs the role `sluice_api`. */
export const postgresStoreLayer = Layer.effect(
  EventStore,
  Effect.gen(function* () {
    const postgres = yield* Postgres
    const horizon = makeHorizon(horizonProbe(postgres))

    return EventStore.of({
      append: (batch) =>
        postgres
          .query(
            (sql) =>
              sql<
                { answer: AppendAnswer }[]
              >`select sluice.append(${sql.json(encodeAppend(batch) as Argument)}) as answer`
          )
          .pipe(
            Effect.map(([row]) => decodeAppend((row as { answer: AppendAnswer }).answer, batch.length)),
            Effect.mapError(toStoreError)
          ),

      load: (streams) =>
        postgres
          .query(
            (sql) =>
              sql<
                LoadRow[]
              >`select snapshot, events from sluice.load_streams(${sql.json(encodeLoad(streams) as Argument)})`
          )
          .pipe(
            Effect.map((rows) => rows.map(decodeLoad)),
            Effect.mapError(toStoreError)
          ),

      saveSnapshot: ({ tenant, streamId, version, foldVersion, state }) =>
        postgres
          .query(
            (sql) =>
              sql`select sluice.save_snapshot(${tenant}, ${streamId}, ${version}, ${foldVersion}, ${sql.json(state as Argument)})`
          )
          .pipe(Effect.asVoid, Effect.mapError(toStoreError)),

      horizon: Effect.mapError(horizon.current, toStoreError),

      readAll: ({ after, upTo, limit }) =>
        postgres
          .query(
            (sql) => sql<EventRow[]>`
              select position, tenant, stream_id as "streamId", version, event_id as "eventId", type,
                schema_version as "schemaVersion", data, metadata, recorded_at as "recordedAt"
              from sluice.events where position > ${after} and position <= ${upTo} order by position limit ${limit}`
          )
          .pipe(
            Effect.map((rows) => rows.map((row) => ({ ...row, recordedAt: row.recordedAt.toISOString() }))),
            Effect.mapError(toStoreError)
          ),

      now: postgres
        .query((sql) => sql<{ now: number }[]>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`)
        .pipe(
          Effect.map(([row]) => row?.now ?? Date.now()),
          Effect.mapError(toStoreError)
        ),

      sweepKeys: (limit) =>
        postgres
          .query((sql) => sql<{ swept: number }[]>`select sluice.sweep_idempotency(${limit}) as swept`)
          .pipe(
            Effect.map(([row]) => row?.swept ?? 0),
            Effect.mapError(toStoreError)
          )
    })
  })
)
