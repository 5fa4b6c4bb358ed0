import { spawn } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"
import { holdsWithin } from "./condition.wait.ts"
import { startNats } from "./nats.server.ts"
import { startPostgres } from "./postgres.server.ts"
import { processFacts } from "./process.facts.ts"
import { scratchFolder } from "./scratch.spec-support.ts"

const script = fileURLToPath(new URL("./servers.spec-program.ts", import.meta.url))

/** A process of its own that has started both servers. */
const startParent = async (folder: string) => {
  const parent = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] })
  onTestFinished(() => void parent.kill("SIGKILL"))
  const line = await new Promise<string>((resolve) => parent.stdout.once("data", (data) => resolve(String(data))))
  const { pids } = JSON.parse(line) as { pids: ReadonlyArray<number> }
  return { parent, pids }
}

it.each(["SIGTERM", "SIGKILL"] as const)("servers go when their parent goes by %s", async (signal) => {
  const { parent, pids } = await startParent(scratchFolder())
  expect(pids.every((pid) => processFacts(pid) !== undefined)).toBe(true)
  parent.kill(signal)
  expect(await holdsWithin(20_000, () => pids.every((pid) => processFacts(pid) === undefined))).toBe(true)
})

it("a start right after a crash of the parent waits for its servers to go", async () => {
  const folder = scratchFolder()
  const { parent } = await startParent(folder)
  parent.kill("SIGKILL")
  await new Promise((resolve) => parent.once("exit", resolve))
  const postgres = await startPostgres({ dataDir: join(folder, "postgres") })
  onTestFinished(postgres.destroy)
  const nats = await startNats({ storeDir: join(folder, "nats") })
  onTestFinished(nats.stop)
  expect(postgres.pid).toBeDefined()
  expect(nats.pid).toBeDefined()
})
