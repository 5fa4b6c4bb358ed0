// The first step of every npm script. Plain JavaScript for Node 20 without node_modules: it checks the machine, installs
// what package-lock.json names when node_modules does not match it, and hands over to the Node pinned in there, which
// runs the TypeScript as it is. Progress goes to stderr, one line a step; signals and the exit code pass through.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { constants } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { installIfNeeded, SetupError } from "./install.mjs"

const root = join(dirname(fileURLToPath(import.meta.url)), "../..")
const oldestForScripts = 20
const oldestForTypeScript = 24

const say = (line) => process.stderr.write(`${line}\n`)
const major = Number(process.versions.node.split(".")[0])

/** The Node that npm pinned for this platform, else the one we run on if it is new enough for TypeScript. */
const nodeForTypeScript = () => {
  const pinned = join(root, "node_modules/.bin/node")
  if (existsSync(pinned)) return pinned
  if (major >= oldestForTypeScript) return process.execPath
  throw new SetupError(
    `npm has no pinned Node for ${process.platform}-${process.arch} and this is Node ${process.versions.node}: install Node ${oldestForTypeScript} or later`
  )
}

/** Commands that are programs of their own; the CLI has all others. */
const programs = {
  test: "ops/dev/test.ts",
  bench: "test/bench/src/main.ts",
  chaos: "test/faults/chaos/chaos.main.ts",
  generate: "ops/generate/generate.ts"
}

const program = ([command, ...rest]) =>
  command in programs
    ? [programs[command], ...rest]
    : ["ops/cli/main.ts", ...(command === undefined ? [] : [command, ...rest])]

const handOver = (node, [file, ...args]) => {
  const bin = join(root, "node_modules/.bin")
  const child = spawn(node, [join(root, file), ...args], {
    stdio: "inherit",
    env: {
      // What Node has stripped of types and compiled is kept, so that every process starts sooner: loading the API took 1.8 s, then 1.2.
      NODE_COMPILE_CACHE: join(root, "node_modules/.cache/node"),
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`
    }
  })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  child.once("error", (error) => {
    say(`sluice: ${node} could not be started: ${error.message}`)
    process.exit(1)
  })
  child.once("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

try {
  if (major < oldestForScripts) {
    throw new SetupError(`this is Node ${process.versions.node}: install Node ${oldestForScripts} or later`)
  }
  await installIfNeeded(root, say)
  handOver(nodeForTypeScript(), program(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(`sluice: ${error.message}`)
  process.exitCode = 1
}
