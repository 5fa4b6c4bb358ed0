import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"
import { nextOf, type RebuildTarget } from "./rebuild.target.ts"

/** The tables of a rebuild: made, compared, exchanged. What needs more rights than an operator has is done by functions. */

/** Who rebuilds: the lease fences every change. */
export interface Builder {
  readonly lease: string
  readonly epoch: number
}

/** A row that is not the same in the table there was and in the new one. */
export interface Difference {
  readonly table: string
  /** Its primary key, one value after the other. */
  readonly key: string
  readonly problem: "the old table lacks it" | "the old table has it too much" | "it differs"
}
export interface Comparison {
  readonly rows: number
  readonly differing: number
  /** The first few. */
  readonly differences: ReadonlyArray<Difference>
}

const change = (what: "begin" | "index" | "abandon") => (builder: Builder, target: RebuildTarget) =>
  Effect.forEach(
    target.tables,
    ({ name }) =>
      Postgres.use((pg) =>
        pg.query((sql) => sql`select ${sql(`sluice.rebuild_${what}`)}(${builder.lease}, ${builder.epoch}, ${name})`)
      ),
    { discard: true }
  )
/** Makes the new tables, empty; what an earlier attempt left behind goes. */
export const beginTables = change("begin")
/** Adds indexes and statistics to the filled tables. */
export const indexTables = change("index")
/** Drops the new tables. */
export const abandonTables = change("abandon")

/** Exchanges the tables. Fails with 55P03 where readers of the old ones do not end in time. */
export const switchTables = ({ lease, epoch }: Builder, consumer: string, { tables }: RebuildTarget) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`select sluice.rebuild_switch(${lease}, ${epoch}, ${consumer}, ${tables.map(({ name }) => name)})`
    )
  )

/** Waits until no batch of the consumer is under way, and lets none begin before the transaction ends. */
export const holdConsumer = (consumer: string) =>
  Postgres.use((pg) =>
    Effect.andThen(
      pg.query((sql) => sql`select set_config('lock_timeout', '5s', true)`),
      pg.query((sql) => sql`select pg_advisory_xact_lock(sluice.consumer_lock_key(${consumer}))`)
    )
  )

const NAMED = 5

/** Compares every column of every row; both tables are read in one snapshot. */
export const compareTables = (target: RebuildTarget) =>
  Effect.gen(function* () {
    const differences: Array<Difference> = []
    let differing = 0
    let rows = 0
    for (const { name, key } of target.tables) {
      const found = yield* compareTable(name, key)
      rows += found.rows
      differing += found.differences[0]?.total ?? 0
      for (const { key, problem } of found.differences) differences.push({ table: name, key, problem })
    }
    return { rows, differing, differences: differences.slice(0, NAMED) } satisfies Comparison
  })

const compareTable = (table: string, key: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    // The work before this one left no way but by index.
    yield* pg.query(
      (sql) => sql`
        select set_config(setting, 'on', true)
        from unnest(array['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin']) setting`
    )
    const differences = yield* pg.query<Pick<Difference, "key" | "problem"> & { total: number }>(
      (sql) => sql<Array<Pick<Difference, "key" | "problem"> & { total: number }>>`
        select concat_ws(' ', ${names(sql, key)}) as key,
          case
            when old.tenant is null then 'the old table lacks it'
            when next.tenant is null then 'the old table has it too much'
            else 'it differs'
          end as problem,
          (count(*) over ())::integer as total
        from ${sql(`sluice.${table}`)} old full join ${sql(`sluice.${nextOf(table)}`)} next using (${names(sql, key)})
        where row(old.*) is distinct from row(next.*)
        limit ${NAMED}`
    )
    const [count] = yield* pg.query<{ rows: number }>(
      (sql) => sql<{ rows: number }[]>`select count(*) as rows from ${sql(`sluice.${nextOf(table)}`)}`
    )
    return { rows: count?.rows ?? 0, differences }
  })

const names = (sql: Sql, columns: ReadonlyArray<string>) =>
  columns.map((column, index) => (index === 0 ? sql`${sql(column)}` : sql`, ${sql(column)}`))
