import { spawnSync } from "node:child_process"
import { accessSync, constants, globSync, mkdirSync } from "node:fs"
import { delimiter, join } from "node:path"

/** Where pgbench is, and the environment it needs. */
export interface Pgbench {
  readonly binary: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * pgbench from Debian's folder (newest major first) or the PATH; else unpacked, with libpq, from Debian's packages into
 * `folder`: installing them would start a server. Fails with a sentence that says what to do.
 */
export const findPgbench = (folder: string): Pgbench => {
  const installed = [
    ...globSync("/usr/lib/postgresql/*/bin/pgbench").toSorted((a, b) => majorIn(b) - majorIn(a)),
    ...(process.env.PATH ?? "").split(delimiter).map((part) => join(part, "pgbench"))
  ]
  const found = installed.map((binary) => ({ binary, env: process.env })).find(runs) ?? unpacked(folder)
  if (found !== undefined) return found
  throw new Error("no pgbench on this machine: it comes with Debian's PostgreSQL packages (apt-get install postgresql)")
}

const majorIn = (path: string): number => Number(/postgresql\/(\d+)\//.exec(path)?.[1] ?? 0)

const runs = ({ binary, env }: Pgbench): boolean => {
  try {
    accessSync(binary, constants.X_OK)
  } catch {
    return false
  }
  return spawnSync(binary, ["--version"], { env }).status === 0
}

const unpacked = (folder: string): Pgbench | undefined => {
  mkdirSync(folder, { recursive: true })
  const run = (command: string, ...args: ReadonlyArray<string>) =>
    spawnSync(command, args, { cwd: folder, encoding: "utf8" })
  if (process.getuid?.() === 0) run("apt-get", "update")
  const server = /Depends: (postgresql-\d+)/.exec(run("apt-cache", "depends", "postgresql").stdout ?? "")?.[1]
  if (server === undefined || run("apt-get", "download", server, "libpq5").status !== 0) return undefined
  for (const archive of globSync("*.deb", { cwd: folder })) run("dpkg", "-x", archive, ".")
  const libraries = globSync("usr/lib/*/libpq.so.5", { cwd: folder }).map((file) => join(folder, file, ".."))
  const env = { ...process.env, LD_LIBRARY_PATH: libraries.join(delimiter) }
  return globSync("usr/lib/postgresql/*/bin/pgbench", { cwd: folder })
    .map((file) => ({ binary: join(folder, file), env }))
    .find(runs)
}
