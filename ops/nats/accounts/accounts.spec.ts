import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { slotNames } from "@sluice/contracts/subscriber/subscriber.names"
import { findNatsServer } from "@sluice/embedded"
import { workFolder } from "@sluice/testing/workspace.folder"
import { expect, it } from "vitest"
import { scratchFolder } from "../../dev/scratch.spec-support.ts"
import { accountsFile, keyVariable, natsConfig } from "./generate.ts"
import { addTenant, freshUser, openAccounts, removeTenant, seedOf } from "./installation.ts"
import { renderAccounts } from "./render.ts"
import { services } from "./services.ts"

it("ops/nats/accounts.conf is what the services need: npm run generate writes it", () => {
  expect(readFileSync(accountsFile, "utf8")).toBe(natsConfig())
})

it("nats-server takes it with the services' keys from its environment, and names one that is missing", () => {
  const keys = services.map(({ name }) => [keyVariable(name), freshUser().publicKey] as const)
  const folder = scratchFolder()
  const file = join(folder, "nats.conf")
  writeFileSync(file, `jetstream { store_dir: "${folder}" }\n${natsConfig()}`)
  const check = (env: ReadonlyArray<readonly [string, string]>) =>
    spawnSync(findNatsServer(workFolder), ["-t", "-c", file], { env: Object.fromEntries(env), encoding: "utf8" })
  expect(check(keys)).toMatchObject({ status: 0 })
  const lacking = check(keys.slice(1))
  expect(lacking.status).not.toBe(0)
  expect(lacking.stderr).toContain(keys[0]?.[0])
})

it("a folder's accounts keep their keys, whatever is added and removed, and come in one order", () => {
  const dir = scratchFolder()
  const { configFile } = openAccounts(dir)
  const relay = seedOf(dir, "outbox-relay")
  const empty = readFileSync(configFile, "utf8")
  const [b, a] = [freshUser().publicKey, freshUser().publicKey]
  addTenant(dir, "b", b)
  addTenant(dir, "a", a)
  const both = readFileSync(configFile, "utf8")
  expect(both.indexOf('"T-a" {')).toBeLessThan(both.indexOf('"T-b" {'))
  openAccounts(dir)
  expect(readFileSync(configFile, "utf8")).toBe(both)
  expect(seedOf(dir, "outbox-relay")).toBe(relay)
  removeTenant(dir, "a")
  removeTenant(dir, "b")
  expect(readFileSync(configFile, "utf8")).toBe(empty)
})

it("what is exported for a tenant is for that tenant alone", () => {
  const tenants = ["acme", "globex"].map((name) => ({ name, publicKey: freshUser().publicKey }))
  const lines = renderAccounts({ services: {}, tenants }).split("\n")
  const exported = lines.filter((line) => line.includes("accounts: ["))
  const own = exported.filter((line) => /"[^"]*\.acme[.-]/.test(line))
  expect(own).toHaveLength(3 + 3 * slotNames("acme").length)
  expect(own.filter((line) => !line.includes('accounts: ["T-acme"]'))).toEqual([])
  expect(exported.filter((line) => line.includes("T-acme"))).toEqual(own)
})
