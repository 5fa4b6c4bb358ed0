import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { freePort, holdsWithin, serverAccount, signalProcess, startChild } from "@sluice/embedded"
import { afterAll } from "vitest"

/** Debian's place for it; the tests that need it say so where it is missing. */
export const pgBouncerBinary = "/usr/sbin/pgbouncer"
export const hasPgBouncer = existsSync(pgBouncerBinary)

const connectionsPerRole = 3

/**
 * PgBouncer in transaction mode before a database: fewer server connections than the services open, so that one's
 * statements land on another's. Ends after the file's last test.
 *
 * @param urls of the roles that log in through it, with their passwords
 * @returns the same URLs through PgBouncer, in the same order
 */
export const throughPgBouncer = async (folder: string, urls: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const port = await freePort()
  const roles = urls.map((url) => new URL(url))
  const { hostname, port: serverPort, pathname } = roles[0] as URL
  const place = join(folder, "pgbouncer")
  const account = serverAccount() // like Postgres, it refuses to run as root
  mkdirSync(place)
  writeFileSync(
    join(place, "users.txt"),
    roles.map(({ username, password }) => `"${username}" "${decodeURIComponent(password)}"\n`).join("")
  )
  writeFileSync(
    join(place, "pgbouncer.ini"),
    `[databases]
${pathname.slice(1)} = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(place, "users.txt")}
pool_mode = transaction
default_pool_size = ${connectionsPerRole}
`
  )
  const child = await startChild({
    command: pgBouncerBinary,
    args: [join(place, "pgbouncer.ini")],
    cwd: place,
    account,
    logFile: join(folder, "pgbouncer.log"),
    farewell: "SIGTERM"
  })
  afterAll(async () => {
    signalProcess(child.pid, "SIGTERM")
    await child.ended
  })
  if (!(await holdsWithin(10_000, () => answers(port)))) throw new Error("PgBouncer does not listen")
  return roles.map((url) => {
    url.host = `127.0.0.1:${port}`
    url.searchParams.set("prepare", "false")
    return url.href
  })
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy()
      resolve(true)
    }).on("error", () => resolve(false))
  })
