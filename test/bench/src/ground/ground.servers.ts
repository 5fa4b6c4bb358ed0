import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate } from "@sluice/db/migrate"
import { type EmbeddedNats, findNatsServer, startNats, startPostgres } from "@sluice/embedded"
import postgres from "postgres"

/** What a figure stands on: one Postgres for all of them with the same settings, and whatever it asks for beside it. */
export interface Ground {
  /** A folder for logs and data, deleted at the end. */
  readonly folder: string
  /** A new database of the one server with Sluice's schema; the URL is the superuser's. */
  readonly freshDatabase: (name: string) => Promise<string>
  /** A new nats-server with an empty JetStream, and with accounts where a file names them. */
  readonly freshBroker: (configFile?: string) => Promise<EmbeddedNats>
  /** Writes dirty pages out, so that a measurement does not pay for what the one before it wrote. */
  readonly checkpoint: () => Promise<void>
  /** Progress, one line at a time. */
  readonly say: (line: string) => void
  readonly close: () => Promise<void>
}

const template = "bench_template"
const downloads = join(import.meta.dirname, "../../../../.sluice")

/** Starts Postgres on a free port in a temporary folder. `close` stops and deletes everything. */
export const makeGround = async (say: (line: string) => void): Promise<Ground> => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"))
  const server = await startPostgres({ dataDir: join(folder, "postgres"), settings: { max_connections: 200 } })
  const sql = postgres(server.url, { max: 1, onnotice: () => {} })
  const brokers: Array<EmbeddedNats> = []
  let databases = 0

  const remove = async (): Promise<void> => {
    await sql.end({ timeout: 5 })
    for (const broker of brokers) await broker.stop()
    await server.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
  let removed: Promise<void> | undefined
  const close = (): Promise<void> => {
    removed ??= remove() // a second Ctrl-C must not end the process before the first one's work is done
    return removed
  }
  const on = (database: string): string => {
    const url = new URL(server.url)
    url.pathname = `/${database}`
    return url.href
  }

  try {
    await sql.unsafe(`create database ${template}`)
    await migrate(on(template))
  } catch (thrown) {
    await close()
    throw thrown
  }
  return {
    folder,
    freshDatabase: async (name) => {
      const database = `bench_${name}_${++databases}`
      await sql.unsafe(`create database ${database} template ${template}`)
      return on(database)
    },
    freshBroker: async (configFile) => {
      const storeDir = join(folder, `nats-${brokers.length + 1}`)
      const broker = await startNats({ storeDir, configFile, binary: findNatsServer(downloads) })
      brokers.push(broker)
      return broker
    },
    checkpoint: async () => {
      await sql`checkpoint`
    },
    say,
    close
  }
}
