import { Caller } from "@sluice/contracts/http/http.auth"
import { IdempotencyKeyReused } from "@sluice/contracts/http/http.errors"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { type KeyedCall, ownKeys } from "./command.run.ts"
import { ask, orAway } from "./read.query.ts"

/**
 * A command that changes a table of its own and no stream, under the caller's key: both in one transaction, so a refusal keeps no key.
 * `change` is told whether the key had this effect before.
 */
export const underKey = <A, E, R>(call: KeyedCall, change: (isReplayed: boolean) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { tenant, actor } = yield* Caller
    const [own] = yield* ownKeys(call, actor.id)
    if (own === undefined) return yield* change(false)
    const { scope, key, hash, timeToLive } = own
    const claimed = Effect.gen(function* () {
      const claim = yield* ask<"new" | "replayed" | "reused">(
        (sql) =>
          sql`select sluice.claim_key(${tenant}, jsonb_build_array(${scope}::text, ${key}::text, ${hash}::text, ${timeToLive}::float8)) as answer`
      )
      return claim === "reused" ? yield* new IdempotencyKeyReused({}) : yield* change(claim === "replayed")
    })
    return yield* orAway((yield* Postgres).transaction(claimed))
  })
