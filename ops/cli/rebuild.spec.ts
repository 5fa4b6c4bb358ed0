import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { roleUrl } from "@sluice/db/migrate"
import { describeSchema } from "@sluice/db/schema.describe"
import { testDatabase, testNats } from "@sluice/testing"
import postgres from "postgres"
import { afterAll, expect, it, vi } from "vitest"
import { scratchFolder } from "../dev/scratch.spec-support.ts"
import { startStack } from "../dev/stack.ts"
import { check, fill } from "./verify/verify.spec-support.ts"

const database = await testDatabase()
const broker = await testNats()
vi.stubEnv("DATABASE_URL", roleUrl(database.adminUrl, "sluice_operator"))
vi.stubEnv("NATS_URL", broker.url)
const { sluice } = await import("./cli.spec-support.ts")
const stack = await startStack({
  dataDir: scratchFolder(afterAll),
  databaseUrl: database.adminUrl,
  natsUrl: broker.url,
  log: () => {}
})
afterAll(stack.stop)
await fill(stack)
const subscribed = await fetch(`${stack.api}/v1/subscriptions`, {
  method: "POST",
  headers: {
    authorization: `Bearer ${await stack.issuer.sign({ tenant: "acme", sub: "ann", roles: [], scope: "*" }, "1h")}`,
    "content-type": "application/json"
  },
  body: JSON.stringify({ name: "erp", endpoint: "https://erp.example.com/", types: ["run.*"] })
})
expect(subscribed.status).toBe(201)
expect(await check(database.adminUrl, broker.url, 20_000)).toMatchObject({ ok: true })
const sql = postgres(database.adminUrl, { max: 2 })
afterAll(() => sql.end())

const leftOver = async () =>
  (
    await sql<{ relname: string }[]>`
      select relname from pg_class where relnamespace = 'sluice'::regnamespace and relkind = 'r' and relname like '%next'`
  ).map(({ relname }) => relname)

it("builds everything anew, and leaves the schema as it was", async () => {
  const before = await describeSchema(sql)
  const { code, out } = await sluice("rebuild", "all", "--check", "--json")
  expect(code).toBe(0)
  const reports: ReadonlyArray<{ name: string; differing: number; rows: number }> = JSON.parse(out)
  expect(reports.map(({ name }) => name)).toEqual([
    "sessions",
    "approvals",
    "workflows",
    "definitions",
    "runs",
    "subscriptions",
    "preferences",
    "budgets",
    "audit"
  ])
  expect(reports.every(({ differing }) => differing === 0)).toBe(true)
  expect(reports.find(({ name }) => name === "audit")?.rows).toBe(8)
  expect(reports.find(({ name }) => name === "subscriptions")?.rows).toBe(1)
  expect(await describeSchema(sql)).toBe(before)
  expect(await check(database.adminUrl, broker.url, 20_000)).toMatchObject({ ok: true })
})

it("names what was wrong, and says so by its exit code where asked", async () => {
  const [{ id }] = (await sql`
    update sluice.sessions set fold = fold || '{"x":1}' where status = 'paused' returning id`) as unknown as [
    { id: string }
  ]
  const { code, out } = await sluice("rebuild", "sessions", "--check")
  expect(code).toBe(1)
  expect(out).toContain("Of the old table, 1 were not as the events say")
  expect(out).toMatch(new RegExp(`sessions.*acme ${id}.*it differs`))
  expect(await sluice("rebuild", "sessions", "--check")).toMatchObject({
    code: 0,
    out: expect.stringContaining("The old table was the same")
  })
})

it("refuses what is no read model", async () => {
  const { code, err } = await sluice("rebuild", "events")
  expect(code).toBe(1)
  expect(err).toContain("There is no read model events: name sessions, approvals")
})

it("killed in the middle, leaves nothing that the next one does not put right", { timeout: 90_000 }, async () => {
  // Somebody reads the old table for long, so the rebuild comes to its end and not past it.
  const reader = await sql.reserve()
  await reader`begin`
  await reader`select count(*) from sluice.sessions`
  const main = fileURLToPath(new URL("main.ts", import.meta.url))
  const child = spawn(process.execPath, [main, "rebuild", "sessions"], { stdio: ["ignore", "ignore", "pipe"] })
  let said = ""
  for await (const chunk of child.stderr) {
    said += chunk
    if (said.includes("exchanging")) break
  }
  child.kill("SIGKILL")
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
  await reader`commit`
  reader.release()
  expect(await leftOver()).toEqual(["sessions_next"])
  expect((await sluice("rebuild", "sessions")).err).toContain("is being rebuilt already")
  await vi.waitFor(async () => expect((await sluice("rebuild", "sessions")).code).toBe(0), {
    timeout: 15_000,
    interval: 500
  })
  expect(await leftOver()).toEqual([])
  expect(await check(database.adminUrl, broker.url, 20_000)).toMatchObject({ ok: true })
})
