import { spawnSync } from "node:child_process"
import { accessSync, constants, copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs"
import { delimiter, dirname, join, resolve } from "node:path"
import { EmbeddedError } from "./embedded.error.ts"
import { makeFolder } from "./folder.make.ts"

const oldest = [2, 9] as const
const adminFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"] // often not on an ordinary user's PATH

/**
 * The path of a `nats-server` 2.9 or later: from the PATH and the usual system folders, else the copy under
 * `<dataDir>/bin`, else Debian's package unpacked to there (no root needed, nothing installed on the machine).
 */
export const findNatsServer = (dataDir: string): string => {
  const copy = join(resolve(dataDir), "bin", "nats-server")
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""), ...adminFolders]
  const found = [...folders.map((folder) => join(folder, "nats-server")), copy].find(isRecentEnough)
  if (found !== undefined) return found
  const problem = unpackDebianPackage(copy)
  if (problem === undefined && isRecentEnough(copy)) return copy
  throw new EmbeddedError(
    `no nats-server ${oldest.join(".")} or later on the PATH, and Debian's package was not to be had (${problem ?? "it is too old"}): ` +
      "install it (apt-get install nats-server, or from nats.io) or set NATS_URL to a server of your own"
  )
}

/** What `nats-server --version` says, e.g. `2.9.10`; undefined when it does not run. */
export const natsVersion = (binary: string): string | undefined => {
  const asked = spawnSync(binary, ["--version"], { encoding: "utf8" })
  return asked.status === 0 ? /v(\d+\.\d+\.\d+)/.exec(asked.stdout)?.[1] : undefined
}

const isRecentEnough = (binary: string): boolean => {
  try {
    accessSync(binary, constants.X_OK)
  } catch {
    return false
  }
  const [major = 0, minor = 0] = natsVersion(binary)?.split(".").map(Number) ?? []
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

// apt-get keeps its lists in a folder of ours when the machine's own are missing or not ours to refresh.
const unpackDebianPackage = (target: string): string | undefined => {
  const bin = makeFolder(dirname(target))
  const work = mkdtempSync(join(bin, "nats-"))
  try {
    mkdirSync(join(work, "state/lists/partial"), { recursive: true })
    mkdirSync(join(work, "cache/archives/partial"), { recursive: true })
    const own = [
      ...["-o", `Dir::State=${work}/state`, "-o", `Dir::Cache=${work}/cache`],
      ...["-o", "Dir::State::status=/var/lib/dpkg/status", "-o", "APT::Sandbox::User="]
    ]
    if (run("apt-get", ["download", "nats-server"], work) !== undefined) {
      const refused =
        run("apt-get", [...own, "update"], work) ?? run("apt-get", [...own, "download", "nats-server"], work)
      if (refused !== undefined) return refused
    }
    const archive = readdirSync(work).find((file) => file.endsWith(".deb"))
    if (archive === undefined) return "apt-get download brought nothing"
    const refused = run("dpkg", ["-x", archive, "unpacked"], work)
    if (refused !== undefined) return refused
    copyFileSync(join(work, "unpacked/usr/sbin/nats-server"), join(work, "nats-server"))
    renameSync(join(work, "nats-server"), target)
    return undefined
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Undefined when the command succeeded, else the first line of its complaint. */
const run = (command: string, args: ReadonlyArray<string>, cwd: string): string | undefined => {
  const ran = spawnSync(command, args, { cwd, encoding: "utf8" })
  if (ran.status === 0) return undefined
  return ran.error?.message ?? (ran.stderr.trim().split("\n").at(-1) || `${command} exited with ${ran.status}`)
}
