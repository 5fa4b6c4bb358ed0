import { spawn } from "node:child_process"
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { scratchFolder } from "../dev/scratch.spec-support.ts"

/** A checkout with one installed package, the bootstrap and a command line that does what it is told. */
const checkout = (program: string): string => {
  const root = scratchFolder()
  cpSync(import.meta.dirname, join(root, "ops/bootstrap"), { recursive: true })
  mkdirSync(join(root, "ops/cli"), { recursive: true })
  writeFileSync(join(root, "package.json"), JSON.stringify({ name: "root", type: "module" }))
  writeFileSync(join(root, "ops/cli/main.ts"), program)
  install(root, "1.0.0")
  linkNode(root)
  lock(root, { "node_modules/thing": { version: "1.0.0" } })
  return root
}

const linkNode = (root: string): void => {
  mkdirSync(join(root, "node_modules/.bin"), { recursive: true })
  symlinkSync(process.execPath, join(root, "node_modules/.bin/node"))
}

const lock = (root: string, packages: Record<string, object>): void =>
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: { "": {}, ...packages } }))

const install = (root: string, version: string): void => {
  mkdirSync(join(root, "node_modules/thing"), { recursive: true })
  const packages = { "node_modules/thing": { version } }
  writeFileSync(join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages }))
}

/** An npm that installs nothing and says what it was asked. */
const fakeNpm = (root: string): string => {
  const file = join(root, "npm.js")
  writeFileSync(
    file,
    `process.argv[2] === "config" ? console.log(${JSON.stringify(root)}) : (console.error("asked:", ...process.argv.slice(2)), process.exit(7))`
  )
  return file
}

/** The Node that runs npm; ours may be the one that is deleted with node_modules. */
const nodeOfNpm = (root: string): string => {
  const file = join(root, "node-of-npm")
  writeFileSync(file, `#!/bin/sh\necho "on npm's own node" >&2\nexec ${process.execPath} "$@"\n`, { mode: 0o755 })
  return file
}

interface Run {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const run = async (
  root: string,
  args: ReadonlyArray<string>,
  options: { onOutput?: (kill: (signal: NodeJS.Signals) => void) => void } = {}
): Promise<Run> => {
  const child = spawn(process.execPath, [join(root, "ops/bootstrap/run.mjs"), ...args], {
    env: { ...process.env, npm_execpath: fakeNpm(root), npm_node_execpath: nodeOfNpm(root) }
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  let [out, err] = ["", ""]
  child.stdout.once("data", () => options.onOutput?.((signal) => child.kill(signal)))
  child.stdout.on("data", (chunk) => {
    out += chunk
  })
  child.stderr.on("data", (chunk) => {
    err += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve))
  return { code, out, err }
}

it("hands arguments over and the exit code back, and says nothing when nothing is missing", async () => {
  const root = checkout("console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 3")
  const told = await run(root, ["verify", "--json", "a b"])
  expect(told).toEqual({ code: 3, out: '["verify","--json","a b"]\n', err: "" })
})

it("passes a signal on and waits for the end", async () => {
  const program = `
    const alive = setInterval(() => {}, 1000)
    process.on("SIGTERM", () => { clearInterval(alive); console.log("stopped cleanly"); process.exitCode = 5 })
    console.log("up")`
  const told = await run(checkout(program), [], { onOutput: (kill) => kill("SIGTERM") })
  expect(told).toMatchObject({ code: 5, out: "up\nstopped cleanly\n" })
})

it("installs when a package is missing, has another version, or the lock file has changed since", async () => {
  const asked = /on npm's own node\nasked: install --no-save --ignore-scripts/
  const root = checkout("console.log('ran')")
  expect(await run(root, [])).toMatchObject({ code: 0, out: "ran\n" })
  lock(root, { "node_modules/thing": { version: "1.0.1" } })
  expect(await run(root, [])).toMatchObject({ code: 1, out: "", err: expect.stringMatching(asked) })
  install(root, "1.0.1")
  linkNode(root)
  expect(await run(root, [])).toMatchObject({ code: 0, out: "ran\n" })
  lock(root, { "node_modules/thing": { version: "1.0.1" }, "node_modules/other": { version: "2.0.0" } })
  expect(await run(root, [])).toMatchObject({ code: 1, out: "", err: expect.stringMatching(asked) })
})

it("does not miss what is meant for other machines", async () => {
  const root = checkout("console.log('ran')")
  lock(root, {
    "node_modules/thing": { version: "1.0.0" },
    "node_modules/thing-win32": { version: "1.0.0", os: ["win32"], optional: true },
    "node_modules/thing-win32/node_modules/inner": { version: "1.0.0", optional: true }
  })
  expect(await run(root, [])).toMatchObject({ code: 0, out: "ran\n", err: "" })
})
