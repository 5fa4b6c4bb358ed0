import { Unavailable } from "@sluice/contracts/http/http.errors"
import { DbError, Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"
import type { PendingQuery } from "postgres"

/** A question to a function of `db/functions` that answers one row with one JSON column `answer`. */
type Question<A> = (sql: Sql) => PendingQuery<{ answer: A }[]>

/** How long a read may take before it is given up. */
const PATIENCE = "5 seconds"

/** Asks the database; away, slow or not set up: 503. */
export const ask = <A>(question: Question<A>): Effect.Effect<A, Unavailable, Postgres> =>
  Effect.gen(function* () {
    const postgres = yield* Postgres
    const [row] = yield* postgres.query(question)
    return (row as { answer: A }).answer
  }).pipe(orAway)

/** A read with as much patience and the same refusals. */
export const orAway = <A, E, R>(
  read: Effect.Effect<A, E | DbError, R>
): Effect.Effect<A, Exclude<E, DbError> | Unavailable, R> =>
  read.pipe(
    Effect.catchIf((error): error is DbError => error instanceof DbError, away),
    Effect.timeoutOrElse({ duration: PATIENCE, orElse: () => Effect.fail(new Unavailable({ what: "The database" })) })
  )

const away = (error: DbError): Effect.Effect<never, Unavailable> => {
  const refused = Effect.fail(new Unavailable({ what: "The database" }))
  if (error.unavailable || error.contention || error.code === "57014") return refused
  return Effect.andThen(Effect.logError("a query failed", { code: error.code, error: error.message }), refused)
}
