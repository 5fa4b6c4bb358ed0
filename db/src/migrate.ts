import { spawn } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import postgres from "postgres"
import { allowLogins } from "./roles.ts"
import { migrationsDir, sqlFiles } from "./sql-files.ts"

export { roleUrl } from "./roles.ts"

/** Two migrators exclude each other: the second waits, then finds nothing to do ("SLUM" in ASCII). */
const MIGRATION_LOCK = 1397511501

const asOwner = (adminUrl: string): string => {
  const url = new URL(adminUrl)
  url.searchParams.set("options", "-c role=sluice_owner")
  if (!url.searchParams.has("sslmode")) url.searchParams.set("sslmode", "disable")
  return url.href.replaceAll("+", "%20")
}

const dbmateBinary = (): string => {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve(`@dbmate/${process.platform}-${process.arch}/package.json`)), "bin", "dbmate")
}

/** Runs dbmate as the owner of the schema. Rejects with what dbmate said. */
const dbmate = (adminUrl: string, command: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      dbmateBinary(),
      ["--no-dump-schema", "--migrations-dir", migrationsDir, "--migrations-table", "sluice_migrations", ...command],
      { env: { ...process.env, DATABASE_URL: asOwner(adminUrl) }, stdio: ["ignore", "pipe", "pipe"] }
    )
    let output = ""
    child.stdout.on("data", (chunk) => (output += chunk))
    child.stderr.on("data", (chunk) => (output += chunk))
    child.on("error", reject)
    child.on("close", (code) =>
      code === 0 ? resolve(output) : reject(new Error(`dbmate ${command.join(" ")} failed: ${output.trim()}`))
    )
  })

const withLock = async <A>(adminUrl: string, work: (sql: postgres.Sql) => Promise<A>): Promise<A> => {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {}, connection: { application_name: "sluice-migrate" } })
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Roles belong to the whole server: somebody else may be writing the same row for another database. */
const repeatWhenUpdatedConcurrently = async (work: () => Promise<unknown>): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await work()
      return
    } catch (error) {
      if (attempt === 20 || !(error instanceof Error && error.message.includes("concurrently"))) throw error
      await new Promise((resolve) => setTimeout(resolve, 20 * attempt))
    }
  }
}

const applyRoles = async (sql: postgres.Sql): Promise<void> => {
  for (const role of sqlFiles("roles")) await repeatWhenUpdatedConcurrently(() => sql.unsafe(role.text))
  const [row] = await sql<{ name: string; create: boolean }[]>`
    select quote_ident(current_database()) as name, has_database_privilege('sluice_owner', current_database(), 'create') as create`
  if (row !== undefined && !row.create) await sql.unsafe(`grant create on database ${row.name} to sluice_owner`)
  await repeatWhenUpdatedConcurrently(
    () => sql`
      do $$ begin
        if not has_schema_privilege('sluice_owner', 'public', 'create') then grant create on schema public to sluice_owner; end if;
      end $$`
  )
}

const applyFunctions = (sql: postgres.Sql): Promise<unknown> =>
  sql.begin(async (tx) => {
    await tx.unsafe("set local role sluice_owner")
    for (const file of sqlFiles("functions")) await tx.unsafe(file.text)
  })

/**
 * Brings a database to the newest schema: roles, migrations, functions. Doing it again changes nothing.
 * @param adminUrl a user that may create roles, for example the server's superuser
 * @param options.logins gives the services' roles their development passwords (see `roleUrl`); production sets its own
 */
export const migrate = (adminUrl: string, options: { readonly logins: boolean } = { logins: true }): Promise<void> =>
  withLock(adminUrl, async (sql) => {
    await applyRoles(sql)
    await dbmate(adminUrl, ["up"])
    await applyFunctions(sql)
    if (options.logins) await repeatWhenUpdatedConcurrently(() => allowLogins(sql, adminUrl))
  })

/** Takes the newest migration back. Functions that need what it removes go with it. */
export const migrateDown = (adminUrl: string): Promise<string> => withLock(adminUrl, () => dbmate(adminUrl, ["down"]))

/** dbmate's list: which migrations are applied. */
export const migrationStatus = (adminUrl: string): Promise<string> => dbmate(adminUrl, ["status"])
