import { randomBytes } from "node:crypto"
import { roleUrl } from "@sluice/db/migrate"
import { afterAll } from "vitest"
import { databaseUrl, ensureTemplate, onServer } from "./database.template.ts"
import { serverVariable } from "./postgres.setup.ts"

/** A migrated, empty database of one's own. */
export interface TestDatabase {
  readonly name: string
  /** As the server's superuser. */
  readonly adminUrl: string
  /** As one of the services' roles, e.g. `sluice_api`. */
  readonly urlFor: (role: string) => string
  /** Drops it, whoever is connected. Doing it again does nothing. */
  readonly drop: () => Promise<void>
}

/**
 * Clones the migrated template (some 50 ms). Call it at the top of a spec, `const database = await testDatabase()`: it
 * is dropped after the file's last test. The server comes from `SLUICE_TEST_DATABASE_URL`, which vitest's global set-up
 * fills in for every package that depends on `@sluice/testing`.
 */
export const testDatabase = async (): Promise<TestDatabase> => {
  const serverUrl = process.env[serverVariable]
  if (serverUrl === undefined) throw new Error(`${serverVariable} is not set: declare @sluice/testing in package.json`)
  const name = `sluice_test_${randomBytes(6).toString("hex")}`
  const drop = async (): Promise<void> => {
    await onServer(serverUrl, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`))
  }
  afterAll(drop)
  const template = await ensureTemplate(serverUrl)
  await onServer(serverUrl, (sql) => sql.unsafe(`create database ${name} template ${template}`))
  const adminUrl = databaseUrl(serverUrl, name)
  return { name, adminUrl, urlFor: (role) => roleUrl(adminUrl, role), drop }
}
