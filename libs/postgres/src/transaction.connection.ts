import { Effect } from "effect"
import type postgres from "postgres"
import { DbError } from "./db-error.ts"

type Pool = postgres.Sql<{ bigint: number }>
type Held = postgres.TransactionSql<{ bigint: number }>

/**
 * A connection held for one transaction, which knows when it is lost and gets no statement any more: postgres.js would
 * write it to a socket that is gone, which ends the process, or leave it waiting for ever (its issues 1208 and 1195).
 *
 * `begin` of postgres.js makes it and takes it back by itself as soon as the transaction has ended, however it ended. Its
 * own commit and rollback are never reached, since it would send those to a lost connection too: the promise that it
 * waits for stays open, and all that is ever heard of it is that the connection has closed. (`reserve` is no way around:
 * it never answers on a pool that is cold, issue 751.)
 */
export class TransactionConnection {
  readonly #waiting = new Set<() => void>()
  readonly #sql: Held
  #lost = false

  private constructor(sql: Held) {
    this.#sql = sql
  }

  /** Begins a transaction. `commit` or `rollback` must be the last statement that it is given. */
  static begin(pool: Pool): Effect.Effect<TransactionConnection, DbError> {
    return Effect.callback((resume) => {
      let abandoned = false
      let connection: TransactionConnection | undefined
      const begun = (sql: Held): Promise<never> => {
        connection = new TransactionConnection(sql)
        if (abandoned) Effect.runFork(Effect.ignore(connection.run((held) => held.unsafe("rollback"))))
        else resume(Effect.succeed(connection))
        return new Promise(() => {})
      }
      pool.begin(begun).catch((cause) => {
        if (connection === undefined) resume(Effect.fail(DbError.from(cause)))
        else connection.#closed()
      })
      return Effect.sync(() => {
        abandoned = true
      })
    })
  }

  /** Runs one statement; interrupting it cancels it. */
  run<T extends postgres.MaybeRow>(
    statement: (sql: Held) => postgres.PendingQuery<T[]>
  ): Effect.Effect<ReadonlyArray<T>, DbError> {
    return Effect.callback((resume) => {
      if (this.#lost) return resume(Effect.fail(connectionLost()))
      // Later than what postgres.js itself says of a statement that was under way: that tells more.
      const fail = (): void => void setImmediate(() => resume(Effect.fail(connectionLost())))
      this.#waiting.add(fail)
      const pending = statement(this.#sql)
      pending.then(
        (rows) => {
          this.#waiting.delete(fail)
          resume(Effect.succeed(rows as unknown as ReadonlyArray<T>))
        },
        (cause) => {
          this.#waiting.delete(fail)
          const error = DbError.from(cause)
          if (error.endsConnection) this.#closed()
          resume(Effect.fail(error))
        }
      )
      return Effect.promise(async () => {
        if (!this.#lost) await Promise.allSettled([pending, pending.cancel() as unknown as Promise<void>])
      })
    })
  }

  #closed(): void {
    this.#lost = true
    for (const fail of this.#waiting) fail()
  }
}

const connectionLost = (): DbError =>
  new DbError({ code: "CONNECTION_CLOSED", message: "The connection was lost within the transaction", cause: null })
