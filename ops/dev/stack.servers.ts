import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type EmbeddedNats, type EmbeddedPostgres, findNatsServer, startNats, startPostgres } from "@sluice/embedded"
import postgres from "postgres"
import { addTenant, keptUser, type NatsAccounts, openAccounts } from "../nats/accounts/installation.ts"
import { developer } from "./start.token.ts"

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

/** Where the embedded nats-server of a stack keeps its streams, and where its accounts are (see `openAccounts`). */
export const brokerFolder = (dataDir: string): string => join(dataDir, "nats")
export const accountsFolder = (dataDir: string): string => join(brokerFolder(dataDir), "accounts")

/** Accounts for the services and for the developer's tenant, whose user's seed lies beside the services'. */
export const developmentAccounts = (dir: string): NatsAccounts => {
  const accounts = openAccounts(dir)
  if (accounts.tenants.some(({ name }) => name === developer.tenant)) return accounts
  return addTenant(dir, developer.tenant, keptUser(dir, developer.tenant))
}

/** An embedded nats-server with JetStream. */
export const startBroker = (dataDir: string, onLoss: OnLoss): Promise<EmbeddedNats> =>
  startNats({
    storeDir: brokerFolder(dataDir),
    configFile: developmentAccounts(accountsFolder(dataDir)).configFile,
    binary: findNatsServer(downloads),
    onDeath: () => onLoss("nats-server")
  })
