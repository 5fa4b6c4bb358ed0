import { spawn } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { processFacts } from "./process.facts.ts"
import { scratchFolder } from "./scratch.spec-support.ts"
import { takeLock } from "./server.lock.ts"

const sleeper = async (): Promise<number> => {
  const child = spawn("sleep", ["600"])
  onTestFinished(() => void child.kill("SIGKILL"))
  await new Promise((resolve) => child.once("spawn", resolve))
  return child.pid as number
}

it("belongs to one until released", async () => {
  const file = join(scratchFolder(), "lock")
  const lock = await takeLock(file, "the server")
  await expect(takeLock(file, "the server")).rejects.toThrow(`started by process ${process.pid}`)
  lock.release()
  expect(existsSync(file)).toBe(false)
  await takeLock(file, "the server")
})

it("ends what a dead owner left running, and takes over", async () => {
  const file = join(scratchFolder(), "lock")
  const orphan = await sleeper()
  const server = { pid: orphan, started: processFacts(orphan)?.started }
  writeFileSync(file, JSON.stringify({ owner: { pid: process.pid, started: "another life" }, server }))
  await takeLock(file, "the server")
  expect(processFacts(orphan)).toBeUndefined()
})

it("leaves alone a stranger that now has the id of a dead server", async () => {
  const file = join(scratchFolder(), "lock")
  const stranger = await sleeper()
  const gone = { pid: stranger, started: "another life" }
  writeFileSync(file, JSON.stringify({ owner: { pid: process.pid, started: "another life" }, server: gone }))
  await takeLock(file, "the server")
  expect(processFacts(stranger)).toBeDefined()
})

it("takes over a lock that a crash left half written", async () => {
  const file = join(scratchFolder(), "lock")
  writeFileSync(file, "{")
  await takeLock(file, "the server")
})
