import { createHash } from "node:crypto"
import { migrate } from "@sluice/db/migrate"
import { sqlFiles } from "@sluice/db/sql-files"
import postgres from "postgres"

/** The same server, another database. */
export const databaseUrl = (serverUrl: string, database: string): string => {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

/** Work on the server with one connection that is closed afterwards. */
export const onServer = async <A>(serverUrl: string, work: (sql: postgres.Sql) => Promise<A>): Promise<A> => {
  const sql = postgres(serverUrl, { max: 1, onnotice: () => {} })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/**
 * The name of a migrated database to clone, made at most once per content of `db`. An advisory lock keeps other
 * processes waiting meanwhile; a template that an interrupted run left half made is not marked as one and made anew.
 */
export const ensureTemplate = (serverUrl: string): Promise<string> =>
  onServer(serverUrl, async (sql) => {
    const name = `sluice_template_${contentHash()}`
    await sql`select pg_advisory_lock(hashtextextended(${name}, 0))`
    const [found] = await sql<
      { done: boolean }[]
    >`select datistemplate as done from pg_database where datname = ${name}`
    if (found?.done) return name
    if (found !== undefined) await sql.unsafe(`drop database ${name} with (force)`)
    await sql.unsafe(`create database ${name}`)
    await migrate(databaseUrl(serverUrl, name))
    await sql.unsafe(`alter database ${name} with is_template true allow_connections false`)
    return name
  })

const contentHash = (): string => {
  const hash = createHash("sha256")
  for (const folder of ["roles", "migrations", "functions"] as const) {
    for (const file of sqlFiles(folder)) hash.update(`${folder}/${file.name}\0${file.text}\0`)
  }
  return hash.digest("hex").slice(0, 16)
}
