import { join } from "node:path"
import { testDatabase, testNats } from "@sluice/testing"
import { afterAll, beforeAll, vi } from "vitest"
import { scratchFolder } from "../dev/scratch.spec-support.ts"

/** A person at a terminal, on a stack that runs. Call it at the top of a spec: the command line finds its stack when it is imported. */
export const atTerminal = async () => {
  const dataDir = scratchFolder(afterAll)
  const stateFile = join(dataDir, "stack.json")
  vi.stubEnv("SLUICE_STACK", stateFile)
  vi.stubEnv("DATABASE_URL", "")
  const { sluice } = await import("./cli.spec-support.ts")
  const { startStack } = await import("../dev/stack.ts")
  const database = await testDatabase()
  const broker = await testNats()
  beforeAll(async () => {
    const servers = { databaseUrl: database.adminUrl, natsUrl: broker.url }
    return (await startStack({ dataDir, ...servers, stateFile, log: () => {} })).stop
  })
  /** What a command says with `--json`; throws what it complains of. */
  const json = async (...args: ReadonlyArray<string>) => {
    const { code, out, err } = await sluice(...args, "--json")
    if (code !== 0) throw new Error(err)
    return JSON.parse(out)
  }
  return { dataDir, json, sluice }
}
