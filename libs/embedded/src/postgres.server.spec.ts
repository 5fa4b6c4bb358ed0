import { existsSync, readdirSync } from "node:fs"
import postgres from "postgres"
import { describe, expect, it, onTestFinished } from "vitest"
import type { Ending } from "./child.process.ts"
import { type PostgresOptions, startPostgres } from "./postgres.server.ts"
import { scratchFolder } from "./scratch.spec-support.ts"

const debian15 = "/usr/lib/postgresql/15/bin"
const releases = [
  { major: "18", binDir: undefined },
  { major: "15", binDir: debian15 }
].filter(({ binDir }) => binDir === undefined || existsSync(binDir))

const start = async (options: PostgresOptions) => {
  const server = await startPostgres(options)
  onTestFinished(server.destroy)
  return server
}

const query = async (url: string, text: string): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await sql.unsafe(text)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

describe.each(releases)("Postgres $major", ({ major, binDir }) => {
  it("answers as itself, durable, on loopback only", async () => {
    const { url } = await start({ dataDir: scratchFolder(), binDir })
    const [row] = await query(
      url,
      `select current_setting('server_version') as version, current_setting('listen_addresses') as listen,
        current_setting('unix_socket_directories') as sockets, current_setting('fsync') as fsync,
        current_setting('full_page_writes') as pages, current_setting('synchronous_commit') as commit`
    )
    expect(row).toEqual({
      version: expect.stringMatching(new RegExp(`^${major}\\.`)),
      listen: "127.0.0.1",
      sockets: "",
      fsync: "on",
      pages: "on",
      commit: "on"
    })
  })

  it("comes back with its data on the same port, after a stop and after a kill under way", async () => {
    const server = await start({ dataDir: scratchFolder(), binDir })
    await query(server.url, "create table kept (n int)")
    for (const [n, down] of [server.stop, server.kill].entries()) {
      await query(server.url, `insert into kept values (${n})`)
      const busy = query(server.url, "select pg_sleep(600)").catch((error) => error)
      await down()
      expect(await busy).toBeInstanceOf(Error)
      expect(server.pid).toBeUndefined()
      await server.start()
    }
    expect(await query(server.url, "select n from kept order by n")).toEqual([{ n: 0 }, { n: 1 }])
  })
})

describe("an embedded Postgres", () => {
  it("tells of its own death, and can then be started again", async () => {
    const { promise, resolve } = Promise.withResolvers<Ending>()
    const server = await start({ dataDir: scratchFolder(), onDeath: resolve })
    process.kill(server.pid as number, "SIGKILL")
    expect(await promise).toEqual({ code: null, signal: "SIGKILL" })
    await server.start()
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }])
  })

  it("keeps the data and the password for the next process", async () => {
    const dataDir = scratchFolder()
    const before = await start({ dataDir })
    await query(before.url, "create table kept ()")
    await before.stop()
    const after = await start({ dataDir, port: before.port })
    expect(after.url).toBe(before.url)
    expect(await query(after.url, "select to_regclass('kept')::text as found")).toEqual([{ found: "kept" }])
  })

  it("takes settings", async () => {
    const { url } = await start({ dataDir: scratchFolder(), settings: { max_connections: 17 } })
    expect(await query(url, "show max_connections")).toEqual([{ max_connections: "17" }])
  })

  it("says in one sentence that the port or the folder is in use, and leaves no process behind", async () => {
    const dataDir = scratchFolder()
    const { port } = await start({ dataDir })
    const other = scratchFolder()
    await expect(startPostgres({ dataDir: other, port })).rejects.toThrow(
      `port ${port} on 127.0.0.1, wanted for Postgres, is in use`
    )
    expect(readdirSync(other)).not.toContain("postgres.lock")
    await expect(startPostgres({ dataDir })).rejects.toThrow(`Postgres is already running on ${dataDir}`)
  })

  it("says why the server refused to start", async () => {
    const refused = startPostgres({ dataDir: scratchFolder(), settings: { shared_buffers: "nonsense" } })
    await expect(refused).rejects.toThrow(/Postgres did not start: .*shared_buffers/)
  })

  it.runIf(releases.length === 2)("refuses the data of another release", async () => {
    const dataDir = scratchFolder()
    const server = await start({ dataDir, binDir: debian15 })
    await server.stop()
    await expect(startPostgres({ dataDir })).rejects.toThrow("made by Postgres 15 and this is Postgres 18")
  })
})
