import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { connect, nkeyAuthenticator } from "@nats-io/transport-node"
import { takeLock } from "@sluice/embedded"
import { testDatabase } from "@sluice/testing"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { scratchFolder } from "../dev/scratch.spec-support.ts"
import type { Stack } from "../dev/stack.ts"

/** The stack with the nats-server that comes with it, and its accounts. */
const dataDir = scratchFolder(afterAll)
const stateFile = join(dataDir, "stack.json")
vi.stubEnv("SLUICE_STACK", stateFile)
vi.stubEnv("DATABASE_URL", "")
afterAll(() => vi.unstubAllEnvs())
const { sluice } = await import("./cli.spec-support.ts")
const { startStack } = await import("../dev/stack.ts")
const database = await testDatabase()
let stack: Stack
beforeAll(async () => {
  stack = await startStack({
    dataDir,
    databaseUrl: database.adminUrl,
    services: ["api", "outbox-relay"],
    stateFile,
    log: () => {}
  })
  return stack.stop
})

const json = async (...args: ReadonlyArray<string>) => {
  const { code, out, err } = await sluice(...args, "--json")
  if (code !== 0) throw new Error(err)
  return JSON.parse(out)
}
const connectAs = (seed: string) =>
  connect({
    servers: stack.natsUrl,
    reconnect: false,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(seed))
  })

describe("nats tenant", () => {
  it("gives a tenant an account on the running server, without a restart, and takes it away", async () => {
    const pid = stack.nats?.pid
    const added = await json("nats", "tenant", "add", "globex")
    expect(added).toMatchObject({ tenant: "globex", reloaded: true, seed: expect.stringMatching(/^SU/) })
    const globex = await connectAs(added.seed)
    await globex.flush()
    expect(await json("nats", "tenant", "list")).toEqual([
      { name: "acme", publicKey: expect.stringMatching(/^U/) },
      { name: "globex", publicKey: added.publicKey }
    ])
    expect(await json("nats", "tenant", "remove", "globex")).toMatchObject({ reloaded: true })
    await globex.closed()
    await expect(connectAs(added.seed)).rejects.toThrow(/authorization/i)
    expect(stack.nats?.pid).toBe(pid)
  })

  it("takes the tenant's own key, and then knows no seed", async () => {
    const { publicKey } = (await json("nats", "tenant", "list"))[0]
    const { freshUser } = await import("../nats/accounts/installation.ts")
    const own = freshUser()
    const added = await json("nats", "tenant", "add", "initech", "--public-key", own.publicKey)
    expect(added).toEqual({ tenant: "initech", publicKey: own.publicKey, reloaded: true })
    await (await connectAs(own.seed)).close()
    const taken = await sluice("nats", "tenant", "add", "hooli", "--public-key", publicKey)
    expect(taken).toMatchObject({ code: 1, err: expect.stringContaining("acme's already") })
  })

  it.each([
    ["Globex", "no name of a tenant"],
    ["acme", "already"]
  ])("%s: %s", async (name, sentence) => {
    const refused = await sluice("nats", "tenant", "add", name)
    expect(refused).toMatchObject({ code: 1, out: "", err: expect.stringContaining(sentence) })
    expect(await sluice("nats", "tenant", "remove", "nobody")).toMatchObject({
      code: 1,
      err: expect.stringContaining("no account")
    })
  })

  it("changes nothing where the server does not take it, so doing it again is no second time", async () => {
    const config = join(dataDir, "nats", "embedded.conf")
    const good = readFileSync(config, "utf8")
    const before = await json("nats", "tenant", "list")
    writeFileSync(config, "accounts { nonsense: ")
    for (const [verb, tenant] of [
      ["add", "umbrella"],
      ["remove", "acme"]
    ] as const) {
      const refused = await sluice("nats", "tenant", verb, tenant)
      expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("refused its new configuration") })
      expect(await json("nats", "tenant", "list")).toEqual(before)
    }
    writeFileSync(config, good)
    const added = await json("nats", "tenant", "add", "umbrella")
    await (await connectAs(added.seed)).close()
  })

  it("waits for no other change that is being made: it says so and changes nothing", async () => {
    const lock = await takeLock(join(stack.natsAccounts as string, "change.lock"), "this spec")
    const before = await json("nats", "tenant", "list")
    expect(await sluice("nats", "tenant", "add", "soylent")).toMatchObject({
      code: 1,
      err: expect.stringContaining(`started by process ${process.pid}`)
    })
    expect(await json("nats", "tenant", "list")).toEqual(before)
    lock.release()
  })

  it("prepares a server of one's own: keys that only their owner can read, and what to do", async () => {
    const dir = join(dataDir, "own")
    const made = await sluice("nats", "init", "--dir", dir)
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining("NATS_NKEY") })
    const keys = readdirSync(join(dir, "keys"))
    expect(keys).toContain("outbox-relay.nk")
    for (const key of keys) expect(statSync(join(dir, "keys", key)).mode & 0o777).toBe(0o600)
    expect(existsSync(join(dir, "accounts.conf"))).toBe(true)
    const added = await json("nats", "tenant", "add", "globex", "--dir", dir)
    expect(added.reloaded).toBe(false)
    expect((await sluice("nats", "tenant", "list", "--dir", join(dataDir, "nowhere"))).err).toContain("nats init")
  })
})

describe("nats subscriber", () => {
  it("makes, shows, lists and removes a tenant's durable consumer", async () => {
    const args = ["--tenant", "acme", "--name", "crm"]
    // EVENTS is there as soon as the relay has made it.
    await expect
      .poll(
        async () => (await sluice("nats", "subscriber", "add", ...args, "--types", "approval.*, run.started")).code,
        {
          timeout: 20_000
        }
      )
      .toBe(0)
    const made = await json("nats", "subscriber", "add", ...args, "--types", "run.started,approval.*")
    expect(made).toMatchObject({
      durable: "acme-s01",
      account: "T-acme",
      servers: [stack.natsUrl],
      apiPrefix: "sluice",
      types: ["approval.*", "run.started"],
      filterSubject: "evt.acme.*.*.*"
    })
    expect(await json("nats", "subscriber", "list", "--tenant", "acme")).toEqual([made])
    expect(await json("nats", "subscriber", "list", "--tenant", "globex")).toEqual([])
    const differs = await sluice("nats", "subscriber", "add", ...args, "--types", "session.*")
    expect(differs).toMatchObject({ code: 1, err: expect.stringContaining("another name") })
    const bad = await sluice("nats", "subscriber", "add", ...args, "--types", "nothing.*")
    expect(bad).toMatchObject({ code: 1, err: expect.stringContaining("means no type of event") })
    expect(await json("nats", "subscriber", "remove", ...args)).toEqual({ removed: "crm" })
    expect((await sluice("nats", "subscriber", "remove", ...args)).code).toBe(1)
    expect(await json("nats", "subscriber", "list", "--tenant", "acme")).toEqual([])
  })

  it("wants a tenant or a token, not both", async () => {
    const both = await sluice("nats", "subscriber", "list", "--tenant", "acme", "--token", "x")
    expect(both).toMatchObject({ code: 1, err: expect.stringContaining("not both") })
  })
})

it("commands that look at the broker do so as its operator", async () => {
  const { out } = await sluice("verify", "--wait", "1", "--json")
  // Consumers do not run here, so not everything is well; EVENTS was read all the same.
  expect(JSON.parse(out)).toMatchObject({ problems: expect.any(Array) })
})
