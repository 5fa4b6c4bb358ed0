import { existsSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate, migrateDown, migrationStatus } from "@sluice/db/migrate"
import { describeSchema } from "@sluice/db/schema.describe"
import { databaseDir, sqlFiles } from "@sluice/db/sql-files"
import { startPostgres } from "@sluice/embedded"
import { databaseUrl, onServer } from "@sluice/testing/database.template"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

/** The oldest and the newest Postgres supported: Debian's, where it is installed, and npm's. */
const debian = "/usr/lib/postgresql/15/bin"
const servers = [
  { name: "Postgres 18", binDir: undefined, major: "18", there: true },
  { name: "Postgres 15", binDir: debian, major: "15", there: existsSync(debian) }
]
const described = join(databaseDir, "schema.txt")
const howToRefresh =
  "the schema has changed: look at the difference, and if it is meant, run `npx vitest run upgrade -u` in test/"

describe.each(servers)("migrations on $name", { timeout: 180_000 }, ({ binDir, major, there }) => {
  if (!there) return it.skip(`${debian} is not installed`)
  let serverUrl = ""
  let made = 0

  beforeAll(async () => {
    const server = await startPostgres({ dataDir: mkdtempSync(join(tmpdir(), "sluice-upgrade-")), binDir })
    afterAll(server.destroy)
    serverUrl = server.url
  })

  const emptyDatabase = async (): Promise<string> => {
    const name = `upgrade_${made++}`
    await onServer(serverUrl, (sql) => sql.unsafe(`create database ${name}`))
    return databaseUrl(serverUrl, name)
  }
  const description = (url: string): Promise<string> => onServer(url, describeSchema)
  const tablesOf = (url: string): Promise<ReadonlyArray<string>> =>
    onServer(url, async (sql) => {
      const rows = await sql<{ name: string }[]>`select relname as name from pg_class
        where relnamespace = 'sluice'::regnamespace and relkind in ('r', 'p', 'S', 'v')`
      return rows.map(({ name }) => name)
    })

  it("runs on the server that it says", async () => {
    const version = await onServer(serverUrl, (sql) => sql`show server_version_num`)
    expect(version[0]?.server_version_num).toMatch(new RegExp(`^${major}`))
  })

  it("gives the schema that is described in db/schema.txt", async () => {
    const url = await emptyDatabase()
    await migrate(url)
    await expect(await description(url), howToRefresh).toMatchFileSnapshot(described)
  })

  it("goes down step by step until nothing is left, and up again to the same schema from every step", async () => {
    const url = await emptyDatabase()
    await migrate(url)
    const whole = await description(url)
    const steps = sqlFiles("migrations").length
    for (let back = 1; back <= steps; back++) {
      for (let step = 0; step < back; step++) await migrateDown(url)
      if (back === steps) expect(await tablesOf(url)).toEqual([])
      expect((await migrationStatus(url)).match(/^\[ \]/gm)).toHaveLength(back)
      await migrate(url)
      expect(await description(url)).toBe(whole)
    }
  })

  it("does nothing the second time, and keeps what is stored", async () => {
    const url = await emptyDatabase()
    await migrate(url)
    const [before, one] = [await description(url), await storeOne(url)]
    await migrate(url)
    expect(await description(url)).toBe(before)
    expect(await onServer(url, (sql) => sql`select data from sluice.events`)).toEqual([{ data: one }])
  })

  it("lets several migrators in one after the other, also on the same server's other databases", async () => {
    const [shared, other] = [await emptyDatabase(), await emptyDatabase()]
    await Promise.all([migrate(shared), migrate(shared), migrate(other), migrate(shared)])
    expect(await description(shared)).toBe(await description(other))
    expect(await migrationStatus(shared)).not.toMatch(/^\[ \]/m)
  })
})

const storeOne = async (url: string): Promise<unknown> => {
  const stored = { role: "pm", taskId: null, metadata: {} }
  const streamId = `session-${crypto.randomUUID()}`
  const command = {
    id: crypto.randomUUID(),
    tenant: "acme",
    keys: [],
    streams: [[streamId, 0]],
    events: [[0, crypto.randomUUID(), "session.opened", 1, stored, {}]]
  }
  const [row] = await onServer(url, (sql) => sql`select sluice.append(${sql.json([command])}) as answer`)
  expect(row?.answer.refused).toEqual([])
  return stored
}
