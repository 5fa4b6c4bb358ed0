import { statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { scratchFolder } from "./scratch.spec-support.ts"
import { announceStack, runningStack, withdrawStack } from "./stack.state.ts"

const state = {
  dataDir: "/data",
  issuerDir: "/data/issuer",
  api: "http://127.0.0.1:1",
  databaseUrl: "postgres://a:b@127.0.0.1:2/sluice",
  natsUrl: "nats://127.0.0.1:3",
  services: { api: { pid: 4, metrics: "http://127.0.0.1:1/metrics", log: "/data/log/api.log" } }
}

it("is found while its process lives, and only its owner can read it", () => {
  const file = join(scratchFolder(), "sub/stack.json")
  expect(runningStack(file)).toBeUndefined()
  announceStack(state, file)
  expect(runningStack(file)).toMatchObject({ ...state, pid: process.pid })
  expect(statSync(file).mode & 0o077).toBe(0)
  withdrawStack(file)
  expect(runningStack(file)).toBeUndefined()
})

it("is not found when its process has gone, or another one has its id now", () => {
  const file = join(scratchFolder(), "stack.json")
  writeFileSync(file, JSON.stringify({ ...state, pid: process.pid, started: "another life" }))
  expect(runningStack(file)).toBeUndefined()
})

it("stays when another stack has announced itself since", () => {
  const file = join(scratchFolder(), "stack.json")
  writeFileSync(file, JSON.stringify({ ...state, pid: process.ppid, started: "0" }))
  withdrawStack(file)
  expect(statSync(file).isFile()).toBe(true)
})
