import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** The machine lacks something. The message is one sentence: what, and what to do. */
export class SetupError extends Error {}

/**
 * Brings node_modules to what package-lock.json names. A stamp in node_modules makes the next run a matter of
 * milliseconds; without one, npm's own record of what it installed is compared first.
 */
export const installIfNeeded = async (root, say) => {
  const stampFile = join(root, "node_modules/.sluice-stamp")
  const stamp = stampOf(root)
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return
  if (!isInstalled(root)) await install(root, say)
  try {
    writeFileSync(stampFile, stamp)
  } catch {
    // somebody else's node_modules: the comparison is made again next time
  }
}

const stampOf = (root) =>
  createHash("sha256")
    .update(`${process.platform}-${process.arch}\n`)
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex")

/** Whether npm's record in node_modules holds every package of the lock file that is meant for this machine. */
export const isInstalled = (root) => {
  try {
    const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages
    const found = JSON.parse(readFileSync(join(root, "node_modules/.package-lock.json"), "utf8")).packages
    const foreign = Object.keys(wanted).filter((path) => !isForThisMachine(wanted[path]))
    return Object.entries(wanted)
      .filter(([path]) => path.includes("node_modules/"))
      .filter(([path]) => !foreign.some((other) => path === other || path.startsWith(`${other}/`)))
      .every(([path, entry]) => existsSync(join(root, path)) && (entry.link || found[path]?.version === entry.version))
  } catch {
    return false
  }
}

const isForThisMachine = ({ os, cpu, libc }) =>
  allows(os, process.platform) && allows(cpu, process.arch) && allows(libc, libcHere())

const allows = (list, value) => list === undefined || [list].flat().includes(value)

const libcHere = () => (process.report?.getReport().header.glibcVersionRuntime === undefined ? "musl" : "glibc")

const install = async (root, say) => {
  if (!isWritable(root))
    throw new SetupError(`${root} is not writable: run this as its owner, or clone it to a folder of yours`)
  const env = { ...process.env }
  const cache = (await npm(["config", "get", "cache"], root, env)).output.trim()
  if (!isWritable(cache)) {
    env.npm_config_cache = join(root, ".sluice/npm-cache")
    say(`npm's cache ${cache} is not writable, using ${env.npm_config_cache}`)
  }
  say("Installing the packages of package-lock.json …")
  const begun = Date.now()
  rmSync(join(root, "node_modules"), { recursive: true, force: true }) // what an interrupted install left looks whole to npm
  const { code, output } = await npm(["install", ...asLocked], root, env)
  if (code !== 0) {
    say(output.trim())
    throw new SetupError("npm install failed, see above: it needs the npm registry and about 1 GB of free disk")
  }
  say(`Installed in ${Math.round((Date.now() - begun) / 1000)} s`)
}

// `npm ci` refuses a lock file that lacks the optional packages of other platforms, and npm leaves them out whenever the
// registry it asks does not carry them. No package here needs its install script; npm's defaults about them differ.
const asLocked = [
  "--no-save",
  "--ignore-scripts",
  "--include=dev",
  "--include=optional",
  "--no-audit",
  "--no-fund",
  "--loglevel=error"
]

// The npm that runs us, on the Node that runs it. Our own Node may be the one in node_modules, about to be deleted.
const npm = (args, cwd, env) =>
  new Promise((resolve, reject) => {
    const { npm_node_execpath: node, npm_execpath: script } = process.env
    const [command, first] = node && script?.endsWith(".js") ? [node, [script]] : ["npm", []]
    const child = spawn(command, [...first, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (chunk) => {
      output += chunk
    })
    child.stderr.on("data", (chunk) => {
      if (args[0] === "install") output += chunk
    })
    child.once("error", (error) => reject(new SetupError(`npm could not be started (${error.message}): install npm`)))
    child.once("close", (code) => resolve({ code, output }))
  })

/** Whether we may write there, or may make it. */
const isWritable = (path) => {
  if (!existsSync(path)) return dirname(path) !== path && isWritable(dirname(path))
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
