import { dirname, join } from "node:path"
import { findNatsServer, natsVersion } from "@sluice/embedded"
import { startTestPostgres } from "@sluice/testing/postgres.setup"
import postgres from "postgres"

/** The servers of one run and how its tests find them. */
export interface TestServers {
  readonly env: Readonly<Record<string, string>>
  readonly summary: string
  readonly stop: () => Promise<void>
}

/**
 * One Postgres shared by every project's tests (`binDir`: another one than npm's) and the nats-server they start
 * themselves. The versions are in the environment because Nx's cache keys on them.
 */
export const startTestServers = async (root: string, binDir?: string): Promise<TestServers> => {
  const nats = findNatsServer(join(root, ".sluice"))
  const natsRelease = natsVersion(nats) ?? "unknown"
  const server = await startTestPostgres(binDir)
  const release = await serverRelease(server.url)
  return {
    env: {
      PATH: `${join(root, "node_modules/.bin")}:${dirname(nats)}:${process.env.PATH ?? ""}`,
      SLUICE_TEST_DATABASE_URL: server.url,
      SLUICE_TEST_POSTGRES_MAJOR: release.split(".")[0] as string,
      SLUICE_TEST_NATS_VERSION: natsRelease
    },
    summary: `Postgres ${release} and nats-server ${natsRelease}`,
    stop: server.destroy
  }
}

const serverRelease = async (url: string): Promise<string> => {
  const sql = postgres(url, { max: 1 })
  try {
    const [row] = await sql<{ server_version: string }[]>`show server_version`
    return row?.server_version.split(" ")[0] ?? "unknown"
  } finally {
    await sql.end()
  }
}
