import { readFileSync } from "node:fs"
import { join } from "node:path"
import postgres from "postgres"

const statement = readFileSync(join(import.meta.dirname, "../../sql/seed_events.sql"), "utf8")
const eventsPerPair = 5
const pairsPerStatement = 4_000
const connections = 2

/** What is written beside heads and events. */
export interface SeedOptions {
  /** Idempotency keys, as if each event had been a command. */
  readonly keys?: boolean
  /** Outbox rows: the events are still to be published. */
  readonly outbox?: boolean
}

/**
 * Fills a database with events of sessions and approvals, straight into the tables as the superuser: what is measured
 * comes afterwards, and the store's own path would take minutes. Answers how many (a multiple of five).
 */
export const seedEvents = async (
  adminUrl: string,
  events: number,
  { keys = false, outbox = true }: SeedOptions = {}
): Promise<number> => {
  const pairs = Math.ceil(events / eventsPerPair)
  const sql = postgres(adminUrl, { max: connections, onnotice: () => {} })
  let left = pairs
  const write = async (): Promise<void> => {
    while (left > 0) {
      const now = Math.min(pairsPerStatement, left)
      left -= now
      await sql.begin(async (transaction) => {
        // As every writer of the log does: without it a relay that runs meanwhile would pass these rows by.
        await transaction`select pg_advisory_xact_lock_shared(sluice.append_lock_key())`
        await transaction.unsafe(statement, [now, keys, outbox])
      })
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, write))
    await sql`analyze sluice.events, sluice.streams, sluice.idempotency, sluice.outbox`
    return pairs * eventsPerPair
  } finally {
    await sql.end({ timeout: 5 })
  }
}
