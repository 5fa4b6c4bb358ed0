import { existsSync } from "node:fs"
import { join } from "node:path"
import { testDatabase, testNats } from "@sluice/testing"
import postgres from "postgres"
import { expect, it, onTestFinished } from "vitest"
import { processesNaming, scratchFolder } from "./scratch.spec-support.ts"
import { runningStack } from "./stack.state.ts"
import { type StackOptions, startStack } from "./stack.ts"

const database = await testDatabase()
const broker = await testNats()

const start = async (options: Partial<StackOptions> & Pick<StackOptions, "dataDir">) => {
  const stack = await startStack({ services: [], log: () => {}, ...options })
  onTestFinished(stack.stop)
  return stack
}

const migrated = async (url: string): Promise<unknown> => {
  const sql = postgres(url, { max: 1 })
  try {
    const [row] = await sql`select to_regclass('sluice.events') is not null as migrated`
    return row?.migrated
  } finally {
    await sql.end()
  }
}

it("runs a migrated database and a broker, is found by other commands, and leaves nothing but its data", async () => {
  const dataDir = scratchFolder()
  const stateFile = join(dataDir, "stack.json")
  const stack = await start({ dataDir, stateFile })
  expect(await migrated(stack.databaseUrl)).toBe(true)
  expect(runningStack(stateFile)).toMatchObject({ dataDir, databaseUrl: stack.databaseUrl, natsUrl: stack.natsUrl })
  expect(processesNaming(dataDir)).not.toEqual([])
  await stack.stop()
  expect(processesNaming(dataDir)).toEqual([])
  expect(runningStack(stateFile)).toBeUndefined()
  expect([stack.postgres?.pid, stack.nats?.pid]).toEqual([undefined, undefined])
  const again = await start({ dataDir })
  expect(await again.issuer.sign({ tenant: "acme", sub: "a" }, "1h")).toContain(".")
  expect(new URL(again.databaseUrl).password).toBe(new URL(stack.databaseUrl).password)
})

it("refuses a second start on the same data in one sentence", async () => {
  const dataDir = scratchFolder()
  await start({ dataDir })
  await expect(start({ dataDir })).rejects.toThrow(
    `the development stack is already running on ${dataDir}, started by process ${process.pid}: stop that one first`
  )
})

it("uses servers of one's own and starts none", async () => {
  const stack = await start({ dataDir: scratchFolder(), databaseUrl: database.adminUrl, natsUrl: broker.url })
  expect(stack).toMatchObject({ postgres: undefined, nats: undefined, natsUrl: broker.url })
  expect(await migrated(stack.databaseUrl)).toBe(true)
  await stack.stop()
  expect(broker.pid).toBeDefined()
})

it.each(["Starting Postgres", "Starting nats-server", "Migrating the database"])(
  "given up at %j it leaves nothing running",
  async (step) => {
    const dataDir = scratchFolder()
    const given = new AbortController()
    const log = (line: string): void => {
      if (line === step) given.abort(new Error("given up"))
    }
    await expect(start({ dataDir, signal: given.signal, log })).rejects.toThrow("given up")
    expect(processesNaming(dataDir)).toEqual([])
    for (const lock of ["stack.lock", "postgres/postgres.lock", "nats/nats.lock"]) {
      expect(existsSync(join(dataDir, lock))).toBe(false)
    }
  }
)

it("reports a server that dies", async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const log = (line: string): void => {
    if (line.includes("without being asked")) resolve(line)
  }
  const stack = await start({ dataDir: scratchFolder(), log })
  process.kill(stack.nats?.pid as number, "SIGKILL")
  expect(await promise).toMatch(/^nats-server ended/)
})
