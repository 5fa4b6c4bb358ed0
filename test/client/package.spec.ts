import { execFile, spawn } from "node:child_process"
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { jetstreamManager } from "@nats-io/jetstream"
import { createClient } from "@sluice/client"
import { seedOf, tenantKey } from "@sluice/ops/nats/accounts/installation"
import { expect, it } from "vitest"
import { journeyFolder, journeyStack } from "../support/journey.stack.ts"
import { readmePrograms } from "./readme.blocks.ts"

/**
 * The package as a stranger has it: built, packed, installed from the tarball into an empty project by npm, type-checked with
 * the strictest settings, and the programs of its README run against a stack. Nothing of the workspace is within its reach.
 */
const run = promisify(execFile)
const root = fileURLToPath(new URL("../../", import.meta.url))
const bin = (name: string): string => join(root, "node_modules/.bin", name)
const folder = journeyFolder()
const project = join(folder, "project")
const minutes = 4 * 60_000
const programs = readmePrograms()

const journey = await journeyStack()
const tenant = "acme"
const claims = { tenant, sub: "ada", roles: ["pm"], scope: "*", kind: "user" }
const token = await journey.stack.issuer.sign(claims, "1h")

it("builds, packs and installs", { timeout: minutes }, async () => {
  const built = join(folder, "built")
  await run(process.execPath, [join(root, "libs/client/build/package.build.ts"), built])
  const { stdout } = await run("npm", ["pack", built, "--json", "--pack-destination", folder], { cwd: folder })
  const [{ filename }] = JSON.parse(stdout) as [{ readonly filename: string }]
  const tarball = join(folder, filename)
  expect(statSync(tarball).size).toBeLessThan(300_000)
  mkdirSync(project)
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }))
  const install = ["install", tarball, "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"]
  await run("npm", install, { cwd: project })
})

it("holds the client and the contracts, no server code, no source and no test", () => {
  const inside = join(project, "node_modules/@sluice/client")
  const files = globSync("**/*", { cwd: inside, withFileTypes: true }).filter((file) => file.isFile())
  const names = files.map((file) => join(file.parentPath, file.name).slice(inside.length + 1))
  expect(names.length).toBeGreaterThan(100)
  const allowed = /^(package\.json|README\.md|(client|contracts)\/[\w/.-]+(\.js|\.d\.ts))$/
  expect(names.filter((name) => !allowed.test(name) || /spec|testing|build/.test(name))).toEqual([])
  const code = names
    .filter((name) => /\.(js|d\.ts)$/.test(name))
    .map((name) => readFileSync(join(inside, name), "utf8"))
  const imported = new Set(
    code.flatMap((text) =>
      [...text.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\()"([^".][^"]*)"/g)].map(([, one]) => one)
    )
  )
  const manifest = JSON.parse(readFileSync(join(inside, "package.json"), "utf8"))
  const declared = Object.keys(manifest.dependencies)
  expect(declared).toEqual(["@nats-io/jetstream", "@nats-io/transport-node", "effect"])
  const strange = [...imported].filter(
    (one) => !one?.startsWith("node:") && !declared.some((name) => one === name || one?.startsWith(`${name}/`))
  )
  expect(strange).toEqual([])
  expect(Object.values(manifest.dependencies)).toEqual(declared.map(() => expect.stringMatching(/^\d+\.\d+\.\d+$/)))
  for (const server of ["postgres", "pino", "undici", "@effect/platform-node"])
    expect(existsSync(join(project, "node_modules", server)), server).toBe(false)
})

it("its README's programs type-check, strictly, and what is wrong does not", { timeout: minutes }, async () => {
  expect(Object.keys(programs)).toEqual(["command", "query", "subscribe"])
  for (const [name, program] of Object.entries(programs)) writeFileSync(join(project, `${name}.ts`), program)
  const wrong = [
    `import { createClient, subscribe } from "@sluice/client"`,
    `const client = createClient({ url: "http://x", token: "t" })`,
    `await client.sessions.open({ payload: { rol: "pm" } })`,
    `await client.sessions.opn({ payload: { role: "pm" } })`,
    `const id: number = (await client.sessions.open({ payload: { role: "pm" } })).body.id`,
    `await client.sessions.open({ payload: { role: "pm" } }, { ifMatch: 1 })`,
    `const broker = { servers: "nats://x" }`,
    `await subscribe({ broker, durable: "d", types: ["sesion.*"], handler: () => id })`,
    `await subscribe({ broker, durable: "d", types: ["session.*"], handler: (event) => event.type === "run.paused" })`
  ]
  writeFileSync(join(project, "wrong.ts"), `${wrong.join("\n")}\n`)
  const compilerOptions = {
    target: "es2024",
    lib: ["es2025", "esnext.disposable"],
    module: "nodenext",
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noUncheckedSideEffectImports: true,
    noPropertyAccessFromIndexSignature: false,
    skipLibCheck: true,
    outDir: "out"
  }
  const check = (files: ReadonlyArray<string>) => {
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }))
    return run(bin("tsc"), ["-p", ".", "--pretty", "false"], { cwd: project }).then(
      () => [],
      ({ stdout }: { readonly stdout: string }) =>
        [...stdout.matchAll(/^(\S+?)\((\d+),/gm)].map(([, f, line]) => [f, line])
    )
  }
  expect(await check(Object.keys(programs).map((name) => `${name}.ts`))).toEqual([])
  expect(await check(["wrong.ts"])).toEqual([3, 4, 5, 6, 8, 9].map((line) => ["wrong.ts", String(line)]))
})

/** Runs a program of the project; the promise has what it printed once it ended well. */
const start = (name: string, env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, [join(project, "out", `${name}.js`)], {
    cwd: project,
    env: { PATH: process.env.PATH, SLUICE_URL: journey.api, SLUICE_TOKEN: token, ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let printed = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (printed += String(data)))
  const ended = new Promise<string>((resolve, reject) =>
    child.once("exit", (code) =>
      code === 0 ? resolve(printed) : reject(new Error(`${name} exited ${code}: ${printed}`))
    )
  )
  return { child, ended, printed: () => printed }
}

it("the README's command does what it says", { timeout: minutes }, async () => {
  expect(await start("command", {}).ended).toBe("refused: the session is at version 2 already\n")
})

it("the README's query reads what it wrote, and pages", { timeout: minutes }, async () => {
  const lines = (await start("query", {}).ended).trim().split("\n")
  expect(lines[0]).toBe("read: pending")
  expect(lines.slice(1)).toContainEqual(expect.stringMatching(/^listed: [0-9a-f-]{36} pm$/))
})

it("the README's subscription hears of what happens, and ends when told to", { timeout: minutes }, async () => {
  const client = createClient({ url: journey.api, token })
  const types = ["session.*", "approval.requested"]
  const { body: subscriber } = await client.subscribers.add({ payload: { name: "readme", types } })
  expect(subscriber).toMatchObject({ stream: "EVENTS", apiPrefix: "sluice" })
  const { durable } = subscriber
  const seed = seedOf(journey.stack.natsAccounts as string, tenantKey(tenant)) as string
  const broker = { SLUICE_NATS_URL: journey.broker.url, SLUICE_NATS_SEED: seed, SLUICE_DURABLE: durable }
  const { child, ended, printed } = start("subscribe", broker)
  await start("query", {}).ended
  const subject = { type: "custom", id: "x" }
  const body = JSON.stringify({ subject, required: [{ roles: ["lead"], count: 1 }] })
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
  expect((await fetch(`${journey.api}/v1/approvals`, { method: "POST", headers, body })).status).toBe(201)
  while (!/asked by/.test(printed())) await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))])
  child.kill("SIGTERM")
  expect(await ended).toMatch(/^(opened: session-[0-9a-f-]{36} for pm\n)+asked by: ada\n$/)
  const connection = await journey.connectNats()
  const manager = await jetstreamManager(connection, { checkAPI: false })
  const info = await manager.consumers.info("EVENTS", durable)
  expect([info.num_pending, info.num_ack_pending]).toEqual([0, 0])
})
