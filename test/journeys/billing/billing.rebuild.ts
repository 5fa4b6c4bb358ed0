import { startService } from "@sluice/ops/dev/service.process"
import type { Stack } from "@sluice/ops/dev/stack"
import { serviceEnv } from "@sluice/ops/dev/stack.services"
import { databaseUrl, onServer } from "@sluice/testing/database.template"
import postgres from "postgres"
import { afterAll } from "vitest"

/** Everything that billing keeps. */
export const billingTables = [
  ...["billing_prices", "billing_accounts", "billing_sessions", "billing_tasks", "billing_usage", "billing_ledger"],
  ...["billing_unpriced", "billing_months", "billing_counters", "billing_days", "billing_work", "billing_statements"],
  ...["budgets", "budget_spend"]
] as const

/** Of each table how many rows it has, and a sum over all of them. */
export const checksums = async (sql: postgres.Sql): Promise<Readonly<Record<string, string>>> => {
  const sums: Record<string, string> = {}
  for (const table of billingTables) {
    const [row] = await sql<{ sum: string }[]>`
      select count(*) || ' rows ' || md5(coalesce(string_agg(t::text, E'\n' order by t::text collate "C"), '')) as sum
      from ${sql(`sluice.${table}`)} t`
    sums[table] = row?.sum ?? ""
  }
  return sums
}

/**
 * A copy of a database in which nothing is billed, and then everything anew, by the service, from the log. Nobody may be connected to the
 * original. Resolves when the copy's log is handled up to its end.
 */
export const rebuildInCopy = async (stack: Stack, original: { readonly name: string }): Promise<postgres.Sql> => {
  const copy = `${original.name}_copy`
  const server = databaseUrl(stack.databaseUrl, "postgres")
  await onServer(server, (sql) => sql.unsafe(`create database ${copy} template ${original.name}`))
  const url = databaseUrl(stack.databaseUrl, copy)
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  afterAll(async () => {
    await sql.end()
    await onServer(server, (sql) => sql.unsafe(`drop database if exists ${copy} with (force)`))
  })
  for (const table of ["billing_ledger", "billing_usage", "billing_statements"])
    await sql.unsafe(`alter table sluice.${table} disable trigger append_only`)
  await sql.unsafe(`truncate ${billingTables.map((table) => `sluice.${table}`).join()}`)
  for (const table of ["consumers", "consumer_streams", "consumer_attempts", "consumer_parked"])
    await sql`delete from ${sql(`sluice.${table}`)} where consumer = 'billing'`
  const env = await serviceEnv("billing", { ...stack, databaseUrl: url })
  const service = await startService({ name: "billing", env, logDir: `${stack.dataDir}/log` })
  afterAll(service.stop)
  await handled(sql, "billing")
  await service.stop()
  return sql
}

/** Resolves when a consumer is through with the log, and so with what it appended itself. */
export const handled = async (sql: postgres.Sql, consumer: string, within = 300_000): Promise<void> => {
  const deadline = performance.now() + within
  while (true) {
    const [row] = await sql<{ left: number }[]>`
      select count(*)::integer as left from sluice.events
      where position > coalesce((select position from sluice.consumers where consumer = ${consumer}), 0)`
    if (row?.left === 0) return
    if (performance.now() > deadline) throw new Error(`${consumer} has ${row?.left} events left after ${within} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
