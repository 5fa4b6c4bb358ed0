import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import postgres from "postgres"
import type { Ground } from "../ground/ground.servers.ts"
import type { Stint } from "../measure/callers.ts"
import { findPgbench } from "./pgbench.find.ts"

const sqlFolder = join(import.meta.dirname, "../../sql")

/** Commands per second of PostgreSQL alone, by so many clients. */
export type PgbenchPeer = (clients: number) => Promise<number>

/**
 * One command per transaction, as a careful application would do it without Sluice: `sql/peer_command.sql` on tables of
 * the same shape. It is one statement, prepared (`-M prepared`), since that was the fastest honest form measured: a
 * transaction of four statements made about half as many, a plpgsql function about as many.
 *
 * pgbench takes a colon followed by a letter or digit for a variable, even inside a literal, and then fails at the
 * prepared statement: the script has none.
 */
export const pgbenchPeer = async (ground: Ground, stint: Stint): Promise<PgbenchPeer> => {
  const pgbench = findPgbench(join(ground.folder, "pgbench"))
  const url = new URL(await ground.freshDatabase("pgbench"))
  const sql = postgres(url.href, { max: 1, onnotice: () => {} })
  await sql.unsafe(readFileSync(join(sqlFolder, "peer_schema.sql"), "utf8"))
  await sql.end()
  const connection = {
    PGHOST: url.hostname,
    PGPORT: url.port,
    PGUSER: url.username,
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: url.pathname.slice(1)
  }
  return async (clients) => {
    await ground.checkpoint()
    const file = join(sqlFolder, "peer_command.sql")
    // A busy machine can spend a short stint on connecting alone: then it is given more time.
    for (let seconds = Math.max(1, Math.round(stint.seconds)); ; seconds *= 2) {
      const args = ["-n", "-M", "prepared", "-c", String(clients), "-j", "1", "-T", String(seconds), "-f", file]
      const printed = await output(pgbench.binary, args, { ...pgbench.env, ...connection })
      const tps = Number(/^tps = ([\d.]+)/m.exec(printed)?.[1])
      if (tps > 0) return tps
      if (seconds >= 16) throw new Error(`pgbench measured nothing in ${seconds} s: ${printed.trim()}`)
    }
  }
}

const output = (command: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] })
    let printed = ""
    child.stdout.on("data", (chunk) => (printed += chunk))
    child.stderr.on("data", (chunk) => (printed += chunk))
    child.once("error", reject)
    child.once("close", (code) => (code === 0 ? resolve(printed) : reject(new Error(`pgbench: ${printed.trim()}`))))
  })
