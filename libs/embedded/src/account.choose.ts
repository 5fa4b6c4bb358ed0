import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { EmbeddedError } from "./embedded.error.ts"

/** A user of this machine that a server can run as. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * The account for servers that refuse to run as root: `postgres` where the machine has it, else `nobody`.
 * Undefined when we are an ordinary user: then they run as ourselves.
 */
export const serverAccount = (): Account | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
  for (const wanted of ["postgres", "nobody"]) {
    const [name, , uid, gid] = users.find(([name]) => name === wanted) ?? []
    if (name !== undefined && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new EmbeddedError("Postgres refuses to run as root and this machine has neither a user postgres nor nobody")
}

/** Whether the account may do that (`test -r`, `-w`, `-x`) to a path, every folder above it considered. */
export const mayUse = (account: Account, right: "r" | "w" | "x", path: string): boolean => {
  const asked = spawnSync("test", [`-${right}`, path], { uid: account.uid, gid: account.gid, cwd: "/" })
  if (asked.error === undefined) return asked.status === 0
  throw new EmbeddedError(
    `Postgres refuses to run as root and this process may not become user ${account.name} (${asked.error.message}): run it as an ordinary user`
  )
}
