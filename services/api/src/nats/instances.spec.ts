import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { ensureDevIssuer } from "@sluice/auth"
import { freshKey } from "@sluice/secrets"
import { testDatabase, testNats } from "@sluice/testing"
import postgres from "postgres"
import { request } from "undici"
import { afterAll, describe, expect, it } from "vitest"
import { natsCaller } from "../testing/nats.caller.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-api-"))
afterAll(() => rmSync(folder, { recursive: true }))
const issuer = await ensureDevIssuer(folder)
const database = await testDatabase()
const broker = await testNats()
const environment = {
  PATH: process.env.PATH,
  DATABASE_URL: database.urlFor("sluice_api"),
  NATS_URL: broker.url,
  JWT_ISSUER: issuer.issuer,
  JWT_AUDIENCE: issuer.audience,
  JWKS_URL: issuer.jwksUrl,
  SECRETS_KEY: freshKey("spec")
}

/** An instance of the API as a process of its own. */
interface Instance {
  readonly child: ChildProcess
  readonly url: string
  readonly exit: Promise<number | null>
}

const instance = async (): Promise<Instance> => {
  const program = fileURLToPath(new URL("../main.ts", import.meta.url))
  const child = spawn(process.execPath, [program], { env: environment, stdio: ["ignore", "pipe", "inherit"] })
  afterAll(() => void child.kill("SIGKILL"))
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve))
  const ready = Promise.withResolvers<string>()
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { msg, url } = JSON.parse(line) as { msg: string; url?: string }
    if (msg === "ready") ready.resolve(url as string)
  })
  void exit.then((code) => ready.reject(new Error(`exited with ${code}`)))
  return { child, exit, url: await ready.promise }
}

/** How often an instance said that it was done with a command by this door. */
const doneBy = async ({ url }: Instance, door: string): Promise<number> => {
  const text = await (await request(`${url}/metrics`)).body.text()
  const pattern = new RegExp(`^sluice_nats_commands_total\\{door="${door}",outcome="done"\\} (\\d+)`, "m")
  return Number(pattern.exec(text)?.[1] ?? 0)
}

const token = await issuer.sign({ tenant: "acme", sub: "ada", roles: ["pm"], scope: "*" }, "1h")
const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())
const opened = async (): Promise<number> => {
  const [row] = await sql<
    Array<{ count: number }>
  >`select count(*)::int as count from sluice.events where type = 'session.opened'`
  return row?.count ?? 0
}

let [one, two] = await Promise.all([instance(), instance()])
const { ask, leave, left, stored, manager } = await natsCaller(broker.url, token)
const fresh = (key: string) => ({ body: { role: "pm" }, headers: { "Idempotency-Key": key } })
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

describe("two instances", () => {
  it("share requests and queue", { timeout: 60_000 }, async () => {
    // Both take part from here on.
    const both = async () => (await manager.consumers.info("COMMANDS", "commands")).num_waiting
    await expect.poll(both, { timeout: 20_000 }).toBe(2)
    const answers = await Promise.all(numbers(200).map((number) => ask("cmd.acme.session.open", fresh(`r${number}`))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    for (let round = 0; round < 5; round++) {
      await Promise.all(numbers(200).map((number) => leave("cmdq.acme.session.open", fresh(`q${round} ${number}`))))
      await expect.poll(left, { timeout: 30_000 }).toBe(0)
    }
    expect(await opened()).toBe(1_200)
    for (const door of ["request", "queue"]) {
      const [first, second] = await Promise.all([doneBy(one, door), doneBy(two, door)])
      expect(first, door).toBeGreaterThan(0)
      expect(second, door).toBeGreaterThan(0)
      expect(first + second, door).toBe(door === "request" ? 200 : 1_000)
    }
  })

  it("one of which is killed in the middle: every queued command has one effect, and no answer was wrong", {
    timeout: 120_000
  }, async () => {
    const before = await opened()
    const commands = 1_500
    const inHand = async () => (await manager.consumers.info("COMMANDS", "commands")).num_ack_pending
    const leaving = Promise.all(numbers(commands).map((number) => leave("cmdq.acme.session.open", fresh(`k${number}`))))
    // Nobody appends while this lock is held, so both have their hands full when one of them is killed.
    await sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(sluice.append_lock_key())`
      await expect.poll(inHand, { timeout: 30_000, interval: 20 }).toBeGreaterThan(64)
      two.child.kill("SIGKILL")
      await two.exit
    })
    await leaving
    await expect.poll(left, { timeout: 90_000, interval: 100 }).toBe(0)
    expect(await opened()).toBe(before + commands)
    expect(await stored("PARKED")).toEqual([])
    expect(await stored("REJECTIONS")).toEqual([])
  })

  it("one of which is asked to stop under load: it answers what it has, the other takes the rest, nobody waits in vain", {
    timeout: 60_000
  }, async () => {
    two = await instance()
    const before = await opened()
    let stop = false
    let number = 0
    const statuses = new Map<number, number>()
    const caller = async (): Promise<void> => {
      while (!stop) {
        const { status } = await ask("cmd.acme.session.open", fresh(`s${number++}`), 8_000)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    const callers = numbers(32).map(caller)
    await expect.poll(() => doneBy(two, "request"), { timeout: 20_000 }).toBeGreaterThan(100)
    const deliveries = async () => (await manager.consumers.info("COMMANDS", "commands")).delivered.consumer_seq
    const delivered = await deliveries()
    const queued = Promise.all(numbers(300).map((each) => leave("cmdq.acme.session.open", fresh(`sq${each}`))))
    two.child.kill("SIGTERM")
    expect(await two.exit).toBe(0)
    stop = true
    await Promise.all([...callers, queued])
    await expect.poll(left, { timeout: 30_000 }).toBe(0)
    expect([...statuses.keys()]).toEqual([201])
    expect(await opened()).toBe(before + number + 300)
    expect((await deliveries()) - delivered).toBe(300)
    one.child.kill("SIGTERM")
    expect(await one.exit).toBe(0)
    one = two
  })
})
