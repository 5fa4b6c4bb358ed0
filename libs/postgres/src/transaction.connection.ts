import { Effect } from "effect"
import type postgres from "postgres"
import { DbError } from "./db-error.ts"
import { cancelStatement } from "./statement.cancel.ts"

type Pool = postgres.Sql<{ bigint: number }>
type Held = postgres.TransactionSql<{ bigint: number }>

/** A statement that has no answer yet. */
interface Running {
  readonly pending: object
  /** Resolves with its answer, whatever that is, or with the loss of the connection. */
  readonly over: PromiseWithResolvers<void>
  readonly lost: () => void
  interrupted: boolean
}

/**
 * A connection held for one transaction, which knows when it is lost and gets no statement any more: postgres.js would
 * write it to a socket that is gone, which ends the process, or leave it waiting for ever (its issues 1208 and 1195).
 *
 * `begin` of postgres.js makes it and takes it back by itself as soon as the transaction has ended, however it ended. Its
 * own commit and rollback are never reached, since it would send those to a lost connection too: the promise that it
 * waits for stays open, and all that is ever heard of it is that the connection has closed. (`reserve` is no way around:
 * it never answers on a pool that is cold, issue 751.)
 *
 * Interruption. A cancel request hits whatever the connection is working on, so one is sent only when everything that is
 * under way on it has been interrupted, and for the statement at the head alone: postgres.js forgets one that is cancelled
 * behind another, and either waits for it for ever or takes its answer for the next one's. Those behind it then fail by
 * themselves. An interrupted statement is waited for until it is over, since the next one would be the rollback.
 */
export class TransactionConnection {
  /** In the order in which they were given, which is that of their answers. */
  readonly #running = new Set<Running>()
  readonly #sql: Held
  #cancelling = false
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

  /** Runs one statement; interrupting it cancels it once everything else under way is interrupted too. */
  run<T extends postgres.MaybeRow>(
    statement: (sql: Held) => postgres.PendingQuery<T[]>
  ): Effect.Effect<ReadonlyArray<T>, DbError> {
    return Effect.callback((resume) => {
      if (this.#lost) return resume(Effect.fail(connectionLost()))
      const pending = statement(this.#sql)
      const running: Running = {
        pending,
        over: Promise.withResolvers(),
        // Later than what postgres.js itself says of a statement that was under way: that tells more.
        lost: () => void setImmediate(() => resume(Effect.fail(connectionLost()))),
        interrupted: false
      }
      this.#running.add(running)
      const end = (): void => {
        this.#running.delete(running)
        running.over.resolve()
      }
      pending.then(
        (rows) => {
          end()
          resume(Effect.succeed(rows as unknown as ReadonlyArray<T>))
        },
        (cause) => {
          end()
          const error = DbError.from(cause)
          if (error.endsConnection) this.#closed()
          resume(Effect.fail(error))
        }
      )
      return Effect.promise(() => {
        running.interrupted = true
        void this.#cancel()
        return running.over.promise
      })
    })
  }

  /** Cancels one statement after the other, as long as all that are left are interrupted. */
  async #cancel(): Promise<void> {
    if (this.#cancelling) return
    this.#cancelling = true
    for (let head = this.#head(); head !== undefined; head = this.#head()) {
      await cancelStatement(head.pending)
      await head.over.promise
    }
    this.#cancelling = false
  }

  #head(): Running | undefined {
    const all = [...this.#running]
    return !this.#lost && all.every(({ interrupted }) => interrupted) ? all[0] : undefined
  }

  #closed(): void {
    this.#lost = true
    for (const { lost, over } of this.#running) {
      lost()
      over.resolve()
    }
  }
}

const connectionLost = (): DbError =>
  new DbError({ code: "CONNECTION_CLOSED", message: "The connection was lost within the transaction", cause: null })
