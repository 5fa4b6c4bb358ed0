import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startPostgres } from "@sluice/embedded"

/** Names the server whose databases the tests make and drop: the URL of a superuser. */
export const serverVariable = "SLUICE_TEST_DATABASE_URL"

/**
 * Vitest's global set-up: one Postgres for the whole run, named in `SLUICE_TEST_DATABASE_URL`. Where that variable is
 * already set (`npm test` shares one server among all projects) that server is used and left alone.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[serverVariable] !== undefined) return undefined
  const server = await startTestPostgres(process.env.SLUICE_TEST_POSTGRES_BIN)
  process.env[serverVariable] = server.url
  return server.destroy
}

/** A throwaway Postgres in the temporary folder; `binDir` chooses another one than npm's. */
export const startTestPostgres = async (binDir?: string): Promise<{ url: string; destroy: () => Promise<void> }> => {
  const dataDir = mkdtempSync(join(tmpdir(), "sluice-postgres-"))
  chmodSync(dataDir, 0o755)
  const server = await startPostgres({ dataDir, binDir, settings: { max_connections: 300 } })
  return {
    url: server.url,
    destroy: async () => {
      await server.destroy()
      rmSync(dataDir, { recursive: true, force: true })
    }
  }
}
