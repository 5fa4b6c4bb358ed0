import { Context, Effect, Exit, Layer, Redacted } from "effect"
import postgres from "postgres"
import { makeSockets } from "./connection.socket.ts"
import { DbError } from "./db-error.ts"
import { TransactionConnection } from "./transaction.connection.ts"
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

/** Seconds before a connection is tried again; postgres.js would wait up to 20 after a long outage. */
const RECONNECT_AFTER = 0.1

/**
 * A postgres.js pool with our types. Ends with `end()`; prefer the `Postgres` service. Time-outs are settings of the
 * database roles (`db/roles`), because PgBouncer in transaction mode refuses them as start-up parameters.
 */
export const makePool = (options: PostgresOptions): Pool =>
  postgres(Redacted.value(options.url), {
    max: options.max ?? 4,
    connect_timeout: 5,
    backoff: () => RECONNECT_AFTER,
    fetch_types: false,
    types,
    onnotice: () => {},
    ...({ socket: makeSockets() } as object), // documented, but missing in its types
    connection: { application_name: options.applicationName }
  })

interface Transaction {
  readonly connection: TransactionConnection
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
    // postgres.js waits in vain for a connection that was cut in the middle of a statement; by now nobody else is waited for.
    (sql) => Effect.promise(() => sql.end({ timeout: 1 }))
  )

  const query = <T extends Row>(run: (sql: Sql) => postgres.PendingQuery<T[]>) =>
    Effect.withFiber<ReadonlyArray<T>, DbError>((fiber) => {
      const transaction = fiber.getRef(CurrentTransaction)
      if (transaction !== undefined) return transaction.connection.run(run)
      return Effect.callback<ReadonlyArray<T>, DbError>((resume) => {
        run(pool).then(
          (rows) => resume(Effect.succeed(rows as unknown as ReadonlyArray<T>)),
          (cause) => resume(Effect.fail(DbError.from(cause)))
        )
      })
    })

  const execute = (connection: TransactionConnection, statement: string) =>
    connection.run((sql) => sql.unsafe(statement))

  const transaction = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | DbError, R> =>
    Effect.withFiber((fiber) => {
      const outer = fiber.getRef(CurrentTransaction)
      return Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const connection = outer?.connection ?? (yield* restore(TransactionConnection.begin(pool)))
          const depth = outer === undefined ? 0 : outer.depth + 1
          const name = `s${depth}`
          const [commit, rollback] =
            depth === 0 ? ["commit", "rollback"] : [`release savepoint ${name}`, `rollback to savepoint ${name}`]
          if (depth > 0) yield* execute(connection, `savepoint ${name}`)
          const exit = yield* Effect.exit(
            restore(Effect.provideService(self, CurrentTransaction, { connection, depth }))
          )
          if (Exit.isSuccess(exit)) yield* execute(connection, commit)
          else yield* Effect.ignore(execute(connection, rollback))
          return yield* exit
        })
      )
    })

  return Postgres.of({ pool, query, transaction })
})
