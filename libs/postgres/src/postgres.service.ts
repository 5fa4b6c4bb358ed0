import { Context, Effect, Exit, Layer, Redacted } from "effect"
import postgres from "postgres"
import { DbError } from "./db-error.ts"
import { types } from "./types.ts"

export type Sql = postgres.ISql<{ bigint: number }>
export type Pool = postgres.Sql<{ bigint: number }>
type Row = postgres.MaybeRow

export interface PostgresOptions {
  readonly url: Redacted.Redacted
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  /** Connections at most; default 4. Statements are pipelined, so a read pool needs few. */
  readonly max?: number
}

/**
 * A postgres.js pool with our types. Ends with `end()`; prefer the `Postgres` service. Time-outs are settings of the
 * database roles (`db/roles`), because PgBouncer in transaction mode refuses them as start-up parameters.
 */
export const makePool = (options: PostgresOptions): Pool =>
  postgres(Redacted.value(options.url), {
    max: options.max ?? 4,
    connect_timeout: 5,
    fetch_types: false,
    types,
    onnotice: () => {},
    connection: { application_name: options.applicationName }
  })

interface Transaction {
  readonly sql: postgres.ReservedSql<{ bigint: number }>
  readonly depth: number
}
const CurrentTransaction = Context.Reference<Transaction | undefined>("sluice/postgres/CurrentTransaction", {
  defaultValue: () => undefined
})

/**
 * The narrow port to Postgres: one statement, and a transaction around an effect.
 *
 * `query` joins the fiber's transaction when there is one. Outside of a transaction a statement is never cancelled
 * (its connection is shared and pipelined: the cancel request would hit a neighbour); `statement_timeout` bounds it.
 * Never fork work inside a transaction without joining it there.
 */
export class Postgres extends Context.Service<
  Postgres,
  {
    readonly pool: Pool
    readonly query: <T extends Row>(
      run: (sql: Sql) => postgres.PendingQuery<T[]>
    ) => Effect.Effect<ReadonlyArray<T>, DbError>
    readonly transaction: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E | DbError, R>
  }
>()("sluice/Postgres") {
  static readonly layer = (options: PostgresOptions) => Layer.effect(Postgres, acquire(options))
}

const acquire = Effect.fnUntraced(function* (options: PostgresOptions) {
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() => makePool(options)),
    (sql) => Effect.promise(() => sql.end({ timeout: 5 }))
  )

  const query = <T extends Row>(run: (sql: Sql) => postgres.PendingQuery<T[]>) =>
    Effect.withFiber<ReadonlyArray<T>, DbError>((fiber) => {
      const transaction = fiber.getRef(CurrentTransaction)
      return Effect.callback<ReadonlyArray<T>, DbError>((resume) => {
        const pending = run(transaction === undefined ? pool : transaction.sql)
        pending.then(
          (rows) => resume(Effect.succeed(rows as unknown as ReadonlyArray<T>)),
          (cause) => resume(Effect.fail(DbError.from(cause)))
        )
        if (transaction === undefined) return
        return Effect.promise(async () => {
          await Promise.allSettled([pending, pending.cancel() as unknown as Promise<void>])
        })
      })
    })

  const reserve = Effect.callback<postgres.ReservedSql<{ bigint: number }>, DbError>((resume) => {
    let abandoned = false
    pool.reserve().then(
      (connection) => (abandoned ? connection.release() : resume(Effect.succeed(connection))),
      (cause) => resume(Effect.fail(DbError.from(cause)))
    )
    return Effect.sync(() => {
      abandoned = true
    })
  })

  const execute = (connection: postgres.ReservedSql<{ bigint: number }>, statement: string) =>
    Effect.tryPromise({ try: () => connection.unsafe(statement), catch: DbError.from })

  const transaction = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | DbError, R> =>
    Effect.withFiber((fiber) => {
      const outer = fiber.getRef(CurrentTransaction)
      return Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const sql = outer === undefined ? yield* restore(reserve) : outer.sql
          const depth = outer === undefined ? 0 : outer.depth + 1
          const name = `s${depth}`
          const [begin, commit, rollback] =
            depth === 0
              ? (["begin", "commit", "rollback"] as const)
              : ([`savepoint ${name}`, `release savepoint ${name}`, `rollback to savepoint ${name}`] as const)
          const run = Effect.gen(function* () {
            yield* execute(sql, begin)
            const exit = yield* Effect.exit(restore(Effect.provideService(self, CurrentTransaction, { sql, depth })))
            if (Exit.isSuccess(exit)) yield* execute(sql, commit)
            else yield* Effect.ignore(execute(sql, rollback))
            return yield* exit
          })
          return yield* depth === 0
            ? Effect.ensuring(
                run,
                Effect.sync(() => sql.release())
              )
            : run
        })
      )
    })

  return Postgres.of({ pool, query, transaction })
})
