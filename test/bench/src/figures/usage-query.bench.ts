import { readFileSync } from "node:fs"
import { join } from "node:path"
import postgres from "postgres"
import type { Figure } from "../figure.ts"
import { apiClient } from "../ground/api.client.ts"
import { makeStage } from "../ground/stage.services.ts"
import { percentile } from "../measure/statistics.ts"

const statement = readFileSync(join(import.meta.dirname, "../../sql/seed_ledger.sql"), "utf8")
const callers = 4

/** A year of usage by day, from the sums beside a long ledger. */
export const usageQuery: Figure = {
  name: "usage-query",
  question: "GET /v1/billing/usage?groupBy=day over a year",
  keys: ["usage_query_p99_ms"],
  run: async (ground, size) => {
    const stage = await makeStage(ground)
    try {
      const sql = postgres(stage.stack.databaseUrl, { max: 1, onnotice: () => {} })
      await sql.unsafe(statement, [size.storedEvents])
      await sql`analyze sluice.billing_ledger, sluice.billing_days, sluice.billing_work`
      await sql.end({ timeout: 5 })
      ground.say(`${size.storedEvents} ledger entries stored`)
      const api = await stage.run("api")
      const client = await apiClient(stage, api.url, callers)
      const timed = async (by: "day" | "session"): Promise<ReadonlyArray<number>> => {
        const times: Array<number> = []
        const caller = async (): Promise<void> => {
          for (let call = 0; call < size.loads / callers; call++) {
            const from = performance.now()
            await client.get(`/v1/billing/usage?groupBy=${by}`)
            times.push(performance.now() - from)
          }
        }
        await Promise.all(Array.from({ length: callers }, caller))
        return times
      }
      await timed("day")
      const [days, sessions] = [await timed("day"), await timed("session")]
      await client.close()
      return {
        wanted: { usage_query_p99_ms: percentile(days, 0.99) },
        absolute: {
          usage_query_p50_ms: { what: "usage by day, p50", value: percentile(days, 0.5), unit: "ms" },
          usage_query_session_p50_ms: { what: "usage by session, p50", value: percentile(sessions, 0.5), unit: "ms" },
          usage_query_entries: { what: "ledger entries behind it", value: size.storedEvents, unit: "entries" }
        }
      }
    } finally {
      await stage.close()
    }
  }
}
