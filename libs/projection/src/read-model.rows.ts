import { categoryOf } from "@sluice/contracts/event/event.stream-id"
import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"
import type { Reaction } from "./consumer.definition.ts"
import { foldRows, type KeyedRow, keyOf, type ReadModel, type RowKey, rowKey } from "./read-model.ts"

type Argument = Parameters<Sql["json"]>[0]

/** The rows there are, by `rowKey`. */
export const loadRows = (table: string, keys: ReadonlyArray<RowKey>) =>
  Postgres.use((pg) =>
    pg.query<KeyedRow>(
      (sql) => sql<KeyedRow[]>`
        select found.* from jsonb_array_elements(${sql.json(keys.map(({ tenant, id }) => [tenant, id]) as Argument)}) key,
          lateral (
            select tenant, id, version, view, fold from ${sql(`sluice.${table}`)}
            where tenant = key.value ->> 0 and id = key.value ->> 1 limit 1
          ) found`
    )
  ).pipe(Effect.map((rows) => new Map(rows.map((row) => [rowKey(row), row]))))

/** Inserts rows and replaces older ones. */
export const saveRows = (table: string, rows: ReadonlyArray<KeyedRow>) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        insert into ${sql(`sluice.${table}`)} as row (tenant, id, version, view, fold, created_at)
        select value ->> 0, value ->> 1, (value ->> 2)::integer, value -> 3, value -> 4, (value -> 3 ->> 'createdAt')::timestamptz
        from jsonb_array_elements(${sql.json(
          rows.map(({ tenant, id, version, view, fold }) => [tenant, id, version, view, fold]) as unknown as Argument
        )})
        on conflict (tenant, id) do update
          set version = excluded.version, view = excluded.view, fold = excluded.fold, created_at = excluded.created_at
          where row.version < excluded.version`
    )
  )

/** Keeps a read model: loads the rows that the events touch (none for new streams), folds, writes them back. */
export const foldingReaction = <S>(model: ReadModel<S>): Reaction => ({
  name: model.name,
  apply: (events) => {
    const ours = events.filter(({ streamId }) => categoryOf(streamId) === model.category)
    if (ours.length === 0) return Effect.void
    const begun = new Set(ours.filter(({ version }) => version === 1).map((event) => rowKey(keyOf(event))))
    const touched = new Map(ours.map(keyOf).map((key) => [rowKey(key), key]))
    const known = [...touched].filter(([name]) => !begun.has(name)).map(([, key]) => key)
    return Effect.gen(function* () {
      const rows = known.length === 0 ? new Map() : yield* loadRows(model.name, known)
      const folded = foldRows(model, rows, ours)
      if (folded.length > 0) yield* saveRows(model.name, folded)
    })
  }
})
