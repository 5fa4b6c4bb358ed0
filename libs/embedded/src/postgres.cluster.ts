import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Account } from "./account.choose.ts"
import { EmbeddedError } from "./embedded.error.ts"
import { majorOf } from "./postgres.binaries.ts"
import type { PostgresHome } from "./postgres.home.ts"
import { commandOf } from "./process.facts.ts"

/** A cluster on disk and the way in. */
export interface Cluster {
  readonly folder: string
  readonly password: string
}

/**
 * The cluster of this home, made by `initdb` if there is none. The superuser's random password is kept in the data
 * folder. A cluster kept elsewhere goes with its data folder: when somebody deleted that one, it is made anew. A cluster
 * inside the data folder is never deleted.
 */
export const ensureCluster = (home: PostgresHome, binDir: string, account: Account | undefined): Cluster => {
  const folder = join(home.home, "cluster")
  const passwordFile = join(home.dataDir, "postgres.password")
  if (existsSync(folder) && existsSync(passwordFile)) {
    requireSameMajor(folder, binDir)
    removeStalePidFile(folder)
    return { folder, password: readFileSync(passwordFile, "utf8") }
  }
  if (existsSync(folder) && folder.startsWith(join(home.dataDir, "/"))) {
    throw new EmbeddedError(`the password of the Postgres cluster in ${folder} is missing: put ${passwordFile} back`)
  }
  const password = randomBytes(24).toString("hex")
  const fresh = `${folder}.new`
  rmSync(fresh, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
  initdb(home.home, fresh, binDir, account, password)
  writeFileSync(passwordFile, password, { mode: 0o600 })
  renameSync(fresh, folder) // last: an interrupted start leaves no half-made cluster behind
  return { folder, password }
}

const initdb = (home: string, folder: string, binDir: string, account: Account | undefined, password: string): void => {
  const passwordFile = join(home, "initdb.password")
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account !== undefined) chownSync(passwordFile, account.uid, account.gid)
  const args = ["-D", folder, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", passwordFile]
  const made = spawnSync(join(binDir, "initdb"), [...args, "-E", "UTF8", "--locale=C"], {
    cwd: home,
    encoding: "utf8",
    ...(account && { uid: account.uid, gid: account.gid })
  })
  rmSync(passwordFile)
  if (made.status === 0) return
  const reason = made.error?.message ?? made.stderr.trim().split("\n").at(0)
  throw new EmbeddedError(`initdb could not make a Postgres cluster in ${home}: ${reason}`)
}

const requireSameMajor = (folder: string, binDir: string): void => {
  const made = Number(readFileSync(join(folder, "PG_VERSION"), "utf8"))
  const major = majorOf(binDir)
  if (made === major) return
  throw new EmbeddedError(
    `the data in ${folder} was made by Postgres ${made} and this is Postgres ${major}: choose another data folder or delete it`
  )
}

// Postgres believes its pid file when any process of the same user has that id now, e.g. after a reboot.
const removeStalePidFile = (folder: string): void => {
  const file = join(folder, "postmaster.pid")
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, "utf8").split("\n")[0])
  if (commandOf(pid).includes(folder)) {
    throw new EmbeddedError(`Postgres is already running on ${folder} as process ${pid}: stop it first`)
  }
  rmSync(file)
}
