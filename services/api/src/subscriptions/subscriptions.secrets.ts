import { randomBytes } from "node:crypto"
import { Caller } from "@sluice/contracts/http/http.auth"
import { freshId } from "@sluice/contracts/id/id.fresh"
import type { Sealer } from "@sluice/secrets"
import { secretContext } from "@sluice/subscription"
import { Effect } from "effect"
import { ask } from "../http/read.query.ts"

/** As Standard Webhooks wants it: `whsec_` and 24 to 64 random bytes in base64. */
const freshSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`

/**
 * Makes a signing secret of a subscription and keeps it, sealed, before the command whose event names it. Where the command then
 * fails or has been done before, nothing ever names it.
 */
export const keepSecret = Effect.fnUntraced(function* (sealer: Sealer, subscriptionId: string) {
  const { tenant } = yield* Caller
  const secretId = freshId()
  const secret = freshSecret()
  const { keyName, sealed } = sealer.seal(secret, secretContext(tenant, subscriptionId, secretId))
  yield* ask<void>(
    (sql) =>
      sql`select sluice.keep_secret(${tenant}, ${subscriptionId}, ${secretId}, ${keyName}, ${Buffer.from(sealed)}) as answer`
  )
  return { secretId, secret }
})
