import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"
import type { Reaction } from "./consumer.definition.ts"
import { foldRows } from "./read-model.fold.ts"
import { saveParts } from "./read-model.parts.ts"
import { byRow, type KeyedRow, type ReadModel, type Row, type RowKey, rowKey } from "./read-model.ts"

type Argument = Parameters<Sql["json"]>[0]

/** The rows there are, by `rowKey`. */
const loadRows = (table: string, keys: ReadonlyArray<RowKey>) =>
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

/**
 * Writes rows: new ones are inserted, the others replace what was loaded. Apart, because `on conflict` costs half as much
 * again for a new row and twice for an old one. Each row is looked up by itself, since a join could read the table whole for
 * want of statistics; nobody else moves rows meanwhile, the lease sees to that. JSON travels as lines of one text, which needs no quoting.
 */
const saveRows = (table: string, rows: ReadonlyArray<KeyedRow>, isNew: (row: KeyedRow) => boolean) =>
  Postgres.use((pg) => {
    const [fresh, known] = [rows.filter(isNew), rows.filter((row) => !isNew(row))]
    const insert = pg.query(
      (sql) => sql`
        insert into ${sql(`sluice.${table}`)} (tenant, id, version, view, fold, created_at)
        select tenant, id, version, view, fold, (view ->> 'createdAt')::timestamptz from ${given(sql, fresh)}`
    )
    const update = pg.query(
      (sql) => sql`
        update ${sql(`sluice.${table}`)} row set version = given.version, view = given.view, fold = given.fold
        from ${given(sql, known)}, lateral (
          select ctid from ${sql(`sluice.${table}`)} where tenant = given.tenant and id = given.id limit 1
        ) place
        where row.ctid = place.ctid`
    )
    return Effect.andThen(fresh.length > 0 ? insert : Effect.void, known.length > 0 ? update : Effect.void)
  })

const given = (sql: Sql, rows: ReadonlyArray<KeyedRow>) => sql`
  (select tenant, id, version, view::jsonb, fold::jsonb from unnest(
    ${rows.map(({ tenant }) => tenant)}::text[], ${rows.map(({ id }) => id)}::text[],
    ${rows.map(({ version }) => version)}::integer[],
    string_to_array(${rows.map(({ view }) => JSON.stringify(view)).join("\n")}, E'\n'),
    string_to_array(${rows.map(({ fold }) => JSON.stringify(fold)).join("\n")}, E'\n')
  ) lines (tenant, id, version, view, fold)) given`

/**
 * Keeps a read model: loads the rows that the events touch (none for new streams), folds, writes them back, and those of
 * their parts that differ from before. `tableOf` says which table stands for one of the model's; itself unless told.
 */
export const foldingReaction = <S>(model: ReadModel<S>, tableOf = (table: string): string => table): Reaction => ({
  name: model.name,
  apply: (events) => {
    const groups = byRow(model.category, events)
    if (groups.size === 0) return Effect.void
    const known = [...groups.values()].filter(({ events: [first] }) => first?.version !== 1).map(({ key }) => key)
    return Effect.gen(function* () {
      const table = tableOf(model.name)
      const rows: ReadonlyMap<string, Row> = known.length === 0 ? new Map() : yield* loadRows(table, known)
      const folded = foldRows(model, rows, groups)
      if (folded.rows.length > 0) yield* saveRows(table, folded.rows, (row) => !rows.has(rowKey(row)))
      if (model.parts !== undefined) yield* saveParts(tableOf(model.parts.table), folded.parts)
    })
  }
})
