import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate, roleUrl } from "@sluice/db/migrate"
import { startPostgres } from "@sluice/embedded"
import postgres from "postgres"
import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { natsCaller } from "../testing/nats.caller.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { natsCommands } from "./nats.metrics.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-outage-"))
chmodSync(folder, 0o755)
const server = await startPostgres({ dataDir: folder })
await migrate(server.url)
const { token, broker, call } = await runningApi({
  database: { adminUrl: server.url, urlFor: (role) => roleUrl(server.url, role) },
  doors: { requests: { messages: 4 }, queue: { ackWait: 2_000, watchEvery: 100 } }
})
const { connection, ask, leave, left, stored, manager } = await natsCaller(broker.url, await token())
afterAll(async () => {
  await server.destroy()
  rmSync(folder, { recursive: true, force: true })
})
const fresh = (key: string) => ({ body: { role: "pm" }, headers: { "Idempotency-Key": key } })
const open = (key: string) => ask("cmd.acme.session.open", fresh(key))

describe("more requests than there is room for", () => {
  it("are answered with 503 at once, and nothing is done of them; those in hand are done", async () => {
    const sql = postgres(server.url, { max: 1 })
    onTestFinished(() => sql.end({ timeout: 0 }))
    const before = (await call("/v1/sessions?limit=200")).body.items.length
    const full = Promise.withResolvers<void>()
    const held = sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(sluice.append_lock_key())`
      let refused = 0
      const answers = Array.from({ length: 20 }, (_, number) => open(`full ${number}`))
      for (const answer of answers)
        void answer.then(({ status }) => {
          refused += status === 503 ? 1 : 0
          if (refused === 16) full.resolve()
        })
      await full.promise
      return answers
    })
    const answers = await Promise.all(await held)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(4)
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expectProblem(answer, 503, "overloaded")
      expect(answer.headers["retry-after"]).toBe("1")
    }
    const sessions = await sql`select from sluice.streams where stream_id like 'session-%'`
    expect(sessions.length - before).toBe(4)
  })
})

describe("messages that want no answer", () => {
  it("take room like others: more than there is room for are not even refused on rej", async () => {
    const overloaded = async () => {
      const { values } = await natsCommands.get()
      return values.find(({ labels }) => labels.door === "request" && labels.outcome === "overloaded")?.value ?? 0
    }
    const before = await overloaded()
    for (let number = 0; number < 500; number++) connection.publish("cmd.acme.session.open", "{}")
    await expect.poll(async () => (await overloaded()) - before, { timeout: 5_000 }).toBeGreaterThan(0)
    await expect.poll(async () => (await open("after")).status, { timeout: 5_000 }).toBe(201)
    const said = await stored("REJECTIONS", "rej.acme.session.open")
    expect(said.length).toBeGreaterThan(0)
    expect(said.length).toBeLessThan(500)
  })
})

describe("the broker away", () => {
  it("costs those who wait their answer, and nothing else: both doors work when it is back", async () => {
    await broker.stop()
    expect((await call("/v1/sessions", { json: { role: "pm" } })).status).toBe(201)
    await broker.start()
    await expect
      .poll(
        () =>
          open("back").then(
            ({ status }) => status,
            () => 0
          ),
        { timeout: 20_000 }
      )
      .toBe(201)
    await leave("cmdq.acme.session.open", fresh("back too"))
    await expect.poll(left, { timeout: 20_000 }).toBe(0)
  })
})

describe("the database away", () => {
  it("is answered with 503, and queued commands wait for it, however long it takes", { timeout: 120_000 }, async () => {
    await server.stop()
    const answer = await open("during")
    expectProblem(answer, 503, "unavailable")
    expect(answer.headers["retry-after"]).toBe("1")
    const keys = ["waiting 1", "waiting 2"]
    for (const key of keys) await leave("cmdq.acme.session.open", fresh(key))
    const refused = { params: { id: crypto.randomUUID() }, body: { status: "active" } }
    await leave("cmdq.acme.session.update", { ...refused, headers: { "Idempotency-Key": "refused" } })
    const tried = async () => (await manager.consumers.info("COMMANDS", "commands")).num_redelivered
    await expect.poll(tried, { timeout: 60_000, interval: 100 }).toBe(3)
    expect(await left()).toBe(3)
    expect(await stored("REJECTIONS", "rej.acme.session.update")).toEqual([])
    await server.start()
    await expect.poll(left, { timeout: 60_000, interval: 100 }).toBe(0)
    expect(await stored("PARKED")).toEqual([])
    for (const key of keys) expect(await open(key)).toMatchObject({ headers: { "idempotency-replayed": "true" } })
    const [said, ...more] = await stored("REJECTIONS", "rej.acme.session.update")
    expect(more).toEqual([])
    expectProblem(said as never, 404, "session-not-found")
  })
})
