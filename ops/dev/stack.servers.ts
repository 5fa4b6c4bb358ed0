import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type EmbeddedNats, type EmbeddedPostgres, findNatsServer, startNats, startPostgres } from "@sluice/embedded"
import postgres from "postgres"

/** What went away without having been asked to. */
export type OnLoss = (name: string) => void

const downloads = fileURLToPath(new URL("../../.sluice", import.meta.url))
const database = "sluice"

/** An embedded Postgres with a database of ours; the URL is a superuser's. */
export const startDatabase = async (
  dataDir: string,
  onLoss: OnLoss
): Promise<{ url: string; server: EmbeddedPostgres }> => {
  const server = await startPostgres({
    dataDir: join(dataDir, "postgres"),
    settings: { max_connections: 200 },
    onDeath: () => onLoss("Postgres")
  })
  try {
    const sql = postgres(server.url, { max: 1, onnotice: () => {} })
    const [found] = await sql`select 1 from pg_database where datname = ${database}`
    if (found === undefined) await sql.unsafe(`create database ${database}`)
    await sql.end()
  } catch (thrown) {
    await server.stop()
    throw thrown
  }
  const url = new URL(server.url)
  url.pathname = `/${database}`
  return { url: url.href, server }
}

/** An embedded nats-server with JetStream. */
export const startBroker = (dataDir: string, onLoss: OnLoss): Promise<EmbeddedNats> =>
  startNats({
    storeDir: join(dataDir, "nats"),
    binary: findNatsServer(downloads),
    onDeath: () => onLoss("nats-server")
  })
