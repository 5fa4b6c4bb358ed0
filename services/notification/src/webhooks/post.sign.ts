import type { Sealer } from "@sluice/secrets"
import { LRUCache } from "lru-cache"
import { Webhook } from "standardwebhooks"
import type { ClaimedEndpoint } from "./webhooks.sql.ts"

/** Signs as Standard Webhooks has it: a signature under each secret. */
export type Signer = (id: string, seconds: number, body: string) => string

/** Secrets that were opened are kept in memory, so many of them. */
const KEPT = 10_000

/** Throws `SecretUnreadable`, or an `Error` where there is no secret at all. */
export const makeSigners = (sealer: Sealer): ((endpoint: ClaimedEndpoint) => Signer) => {
  const opened = new LRUCache<string, Webhook>({ max: KEPT })
  return ({ tenant, id, secrets }) => {
    if (secrets.length === 0) throw new Error("The signing secret is missing")
    const webhooks = secrets.map(([secretId, keyName, base64]) => {
      const context = `${tenant}/${id}/${secretId}`
      const known = opened.get(context)
      if (known !== undefined) return known
      const webhook = new Webhook(sealer.open({ keyName, sealed: Buffer.from(base64, "base64") }, context))
      opened.set(context, webhook)
      return webhook
    })
    return (messageId, seconds, body) => {
      const at = new Date(seconds * 1000)
      return webhooks.map((webhook) => webhook.sign(messageId, at, body)).join(" ")
    }
  }
}
