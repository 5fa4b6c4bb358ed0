import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"
import type { KeyedPart, PartChanges } from "./read-model.fold.ts"

/** Writes what has changed of rows' parts; each one is looked up by itself, as rows are (`read-model.rows`). */
export const saveParts = (table: string, { added, changed, removed }: PartChanges) =>
  Postgres.use((pg) => {
    const insert = pg.query(
      (sql) => sql`
        insert into ${sql(`sluice.${table}`)} (tenant, id, key, view, created_at)
        select tenant, id, key, view, (view ->> 'createdAt')::timestamptz from ${given(sql, added)}`
    )
    const update = pg.query(
      (sql) => sql`
        update ${sql(`sluice.${table}`)} part set view = given.view
        from ${given(sql, changed)}, ${placeOf(sql, table)} where part.ctid = place.ctid`
    )
    const remove = pg.query(
      (sql) => sql`
        delete from ${sql(`sluice.${table}`)} part
        using ${given(sql, removed)}, ${placeOf(sql, table)} where part.ctid = place.ctid`
    )
    return Effect.gen(function* () {
      if (removed.length > 0) yield* remove
      if (added.length > 0) yield* insert
      if (changed.length > 0) yield* update
    })
  })

const placeOf = (sql: Sql, table: string) => sql`
  lateral (
    select ctid from ${sql(`sluice.${table}`)}
    where tenant = given.tenant and id = given.id and key = given.key limit 1
  ) place`

const given = (sql: Sql, parts: ReadonlyArray<KeyedPart>) => sql`
  (select tenant, id, key, view::jsonb from unnest(
    ${parts.map(({ tenant }) => tenant)}::text[], ${parts.map(({ id }) => id)}::text[],
    ${parts.map(({ key }) => key)}::text[],
    string_to_array(${parts.map(({ view }) => JSON.stringify(view)).join("\n")}, E'\n')
  ) lines (tenant, id, key, view)) given`
