import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate, roleUrl } from "@sluice/db/migrate"
import { startPostgres } from "@sluice/embedded"
import { registry } from "@sluice/telemetry/metrics"
import postgres from "postgres"
import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { type Answer, runningApi } from "./testing/api.running.ts"
import { expectProblem } from "./testing/problem.expect.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-outage-"))
chmodSync(folder, 0o755)
const server = await startPostgres({ dataDir: folder })
await migrate(server.url)
const { call, broker } = await runningApi({
  database: { adminUrl: server.url, urlFor: (role) => roleUrl(server.url, role) },
  queueLimit: 8
})
afterAll(async () => {
  await server.destroy()
  rmSync(folder, { recursive: true, force: true })
})

const open = (key?: string): Promise<Answer> =>
  call("/v1/sessions", { json: { role: "pm" }, headers: key === undefined ? {} : { "idempotency-key": key } })

describe("the broker away", () => {
  it("is no reason to refuse a command or a query", async () => {
    await broker.kill()
    const { body, status } = await open()
    expect(status).toBe(201)
    expect((await call(`/v1/sessions/${body.id}`, { method: "PUT", json: { status: "active" } })).status).toBe(200)
    expect((await call("/v1/sessions")).status).toBe(200)
    await broker.start()
    expect((await open()).status).toBe(201)
  })
})

describe("a full queue", () => {
  it("refuses with 503 what it cannot take, and does nothing of it", async () => {
    const before = await counted()
    const sql = postgres(server.url, { max: 1 })
    onTestFinished(() => sql.end({ timeout: 0 }))
    const full = Promise.withResolvers<void>()
    // Nobody appends while this lock is held, so what comes meanwhile waits in the queue.
    const held = sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(sluice.append_lock_key())`
      const answers = Array.from({ length: 200 }, () => open())
      for (const answer of answers) void answer.then(({ status }) => status === 503 && full.resolve())
      await full.promise
      return answers
    })
    const answers = await Promise.all(await held)
    const refused = answers.filter(({ status }) => status !== 201)
    expect(refused.length).toBeGreaterThan(0)
    for (const answer of refused) {
      expectProblem(answer, 503, "overloaded")
      expect(answer.headers["retry-after"]).toBe("1")
    }
    const after = await counted()
    expect((after.accepted ?? 0) - (before.accepted ?? 0)).toBe(200 - refused.length)
    expect((after.overloaded ?? 0) - (before.overloaded ?? 0)).toBe(refused.length)
  })
})

describe("the database away", () => {
  it("answers 503 with Retry-After to commands and queries, and works again once it is back", async () => {
    const first = await open("before")
    await server.stop()
    const answers = await Promise.all([
      open("during"),
      call("/v1/sessions"),
      call(`/v1/sessions/${first.body.id}`),
      call(`/v1/sessions/${crypto.randomUUID()}`, { method: "PUT", json: { status: "active" } }),
      call("/v1/approvals/x", { token: "" })
    ])
    for (const answer of answers.slice(0, 4)) {
      expectProblem(answer, 503, "unavailable")
      expect(answer.headers["retry-after"]).toBe("1")
    }
    expectProblem(answers[4] as Answer, 401, "unauthenticated")
    await server.start()
    await expect.poll(async () => (await open("during")).status, { timeout: 20_000 }).toBeLessThan(300)
    expect(await open("before")).toMatchObject({ status: 200, body: first.body })
  })
})

/** Outcomes of `session.open` so far. */
const counted = async (): Promise<Record<string, number>> => {
  const metric = await registry.getSingleMetric("sluice_commands_total")?.get()
  return Object.fromEntries(
    (metric?.values ?? [])
      .filter(({ labels }) => labels.command === "session.open")
      .map(({ labels, value }) => [labels.outcome, value])
  )
}
