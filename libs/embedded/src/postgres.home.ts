import { createHash } from "node:crypto"
import { chownSync } from "node:fs"
import { join } from "node:path"
import { type Account, mayUse } from "./account.choose.ts"
import { makeFolder, makeOpenFolder } from "./folder.make.ts"

/** Where root keeps what its servers' unprivileged account must reach. */
export const sharedHome = "/var/lib/sluice"

/** The folders of one embedded Postgres. */
export interface PostgresHome {
  /** Asked for by the caller; holds the password and the lock, which are ours. */
  readonly dataDir: string
  /** Belongs to the account that runs Postgres; holds the cluster and its log. */
  readonly home: string
  /** Where copies of the binaries go when the account cannot reach the installed ones. */
  readonly copies: string
}

/**
 * As an ordinary user all lives in the data folder. As root the cluster belongs to the account, in a folder of its own
 * below the data folder or, where the account cannot enter that (under /root, or a 0700 folder above), in
 * `/var/lib/sluice/<hash of the data folder>`.
 */
export const postgresHome = (wanted: string, account: Account | undefined): PostgresHome => {
  const dataDir = makeFolder(wanted)
  if (account === undefined) return { dataDir, home: dataDir, copies: join(dataDir, "binaries") }
  const copies = join(sharedHome, "binaries")
  const inside = ownedBy(account, join(dataDir, "postgres"))
  if (mayUse(account, "w", inside)) return { dataDir, home: inside, copies }
  const hash = createHash("sha256").update(dataDir).digest("hex").slice(0, 16)
  makeOpenFolder(sharedHome)
  return { dataDir, home: ownedBy(account, join(sharedHome, hash)), copies }
}

const ownedBy = (account: Account, folder: string): string => {
  makeOpenFolder(folder)
  chownSync(folder, account.uid, account.gid)
  return folder
}
