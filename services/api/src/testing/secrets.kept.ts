import { makeSealer, type SealingKeys } from "@sluice/secrets"
import { secretContext } from "@sluice/subscription"
import type { Sql } from "postgres"

/** What is kept of a subscription's secrets, opened, oldest first. */
export const keptSecrets =
  (sql: Sql, keys: SealingKeys) =>
  async (id: string): Promise<ReadonlyArray<string>> => {
    const rows = await sql`select * from sluice.webhook_secrets where subscription_id = ${id} order by created_at`
    return rows.map(({ key_name: keyName, sealed, tenant, secret_id }) =>
      makeSealer(keys).open({ keyName, sealed }, secretContext(tenant, id, secret_id))
    )
  }
