import { readFileSync } from "node:fs"
import { join } from "node:path"
import { accountId } from "@sluice/contracts/billing/billing.ids"
import postgres from "postgres"
import { v7 } from "uuid"
import { sampleActor, sampleTenant } from "./sample.command.ts"

const statement = readFileSync(join(import.meta.dirname, "../../sql/seed_usage.sql"), "utf8")
const usagesPerSession = 50
const sessionsPerStatement = 400

/** Fills a database with usage that has a price, as `seedEvents` does with sessions. Answers how many events that is. */
export const seedUsage = async (adminUrl: string, usages: number): Promise<number> => {
  const sessions = Math.ceil(usages / usagesPerSession)
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    await publishPrices(sql)
    for (let left = sessions; left > 0; left -= sessionsPerStatement)
      await sql.unsafe(statement, [Math.min(left, sessionsPerStatement), usagesPerSession])
    await sql`analyze sluice.events, sluice.streams, sluice.outbox`
    return sessions * (usagesPerSession + 1) + 1
  } finally {
    await sql.end({ timeout: 5 })
  }
}

const publishPrices = async (sql: postgres.Sql): Promise<void> => {
  const prices = ["tokens.input", "tokens.output"].flatMap((meter) =>
    ["small", "*"].map((model) => ({ meter, model, tiers: [{ upTo: null, price: "3000000000" }] }))
  )
  const id = v7()
  const data = { version: 1, effectiveFrom: "2026-01-01T00:00:00.000Z", prices }
  const metadata = { actor: sampleActor, correlationId: id, causationId: id }
  const command = {
    ...{ id, tenant: sampleTenant, keys: [], streams: [[`billing-${accountId(sampleTenant)}`, 0]] },
    events: [[0, id, "billing.prices-published", 1, data, metadata]]
  }
  await sql`select sluice.append(${sql.json([command])})`
}
