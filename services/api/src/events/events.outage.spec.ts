import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate, roleUrl } from "@sluice/db/migrate"
import { startPostgres } from "@sluice/embedded"
import { registry } from "@sluice/telemetry/metrics"
import postgres from "postgres"
import { afterAll, expect, it, onTestFinished } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { openStream } from "../testing/stream.reader.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-feed-"))
chmodSync(folder, 0o755)
const server = await startPostgres({ dataDir: folder })
await migrate(server.url)
const { call, broker, token, url } = await runningApi({
  database: { adminUrl: server.url, urlFor: (role) => roleUrl(server.url, role) },
  feed: { heartbeatSeconds: 0.05 }
})
afterAll(async () => {
  await server.destroy()
  rmSync(folder, { recursive: true, force: true })
})

const by = await token()
const stream = async (query = "") => {
  const reader = await openStream(url, { token: by, query })
  onTestFinished(reader.close)
  return reader
}
const opened: Array<string> = []
/** Repeats under its key until it is answered, so that it is done once. */
const open = async () => {
  const headers = { "idempotency-key": crypto.randomUUID() }
  await expect
    .poll(
      async () => {
        const { status, body } = await call("/v1/sessions", { json: { role: "pm" }, headers })
        if (status < 300) opened.push(`session-${body.id}`)
        return status
      },
      { timeout: 20_000 }
    )
    .toBeLessThan(300)
}
const lag = async () => (await registry.getSingleMetric("sluice_feed_lag_seconds")?.get())?.values[0]?.value ?? 0

it("the database away: readers hang on and hear heartbeats, and nothing is missed when it is back", async () => {
  await open()
  const readers = [await stream("after=0"), await stream("after=0&type=session.*")]
  await open()
  const all = async () => {
    for (const reader of readers) {
      await reader.until(() => reader.events().length === opened.length)
      expect(reader.events().map(({ subject }) => subject)).toEqual(opened)
    }
  }
  await all()
  for (let round = 0; round < 2; round++) {
    await server.stop()
    const beats = readers.map((reader) => reader.heartbeats())
    for (const [index, reader] of readers.entries())
      await reader.until(() => reader.heartbeats() > (beats[index] as number) + 10)
    await expect.poll(lag).toBeGreaterThan(0.3)
    const refused = await stream()
    expect(refused).toMatchObject({ status: 503, headers: { "retry-after": "1" } })
    expect(await call("/v1/events")).toMatchObject({ status: 503 })
    await server.start()
    await open()
    await open()
    await all()
    await expect.poll(lag).toBeLessThan(0.3)
  }
  const { body } = await call("/v1/events")
  expect(body.items.map(({ subject }: { subject: string }) => subject)).toEqual(opened)
}, 60_000)

it("the broker away: what happens is told all the same", async () => {
  const reader = await stream()
  await broker.kill()
  const before = opened.length
  await open()
  await reader.until(() => reader.events().length === 1)
  expect(reader.events().map(({ subject }) => subject)).toEqual(opened.slice(before))
  await broker.start()
})

it("the log gone back, as after a restore: who was told more hears so, and nobody misses what takes its place", async () => {
  await open()
  const [before, reader] = [opened.length, await stream("after=0")]
  await open()
  await open()
  await reader.until(() => reader.events().length === opened.length)
  const [kept, lost] = [reader.events()[before - 1]?.position as number, reader.lastId() as string]
  const admin = postgres(server.url, { max: 1, onnotice: () => {} })
  onTestFinished(() => admin.end())
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`
    for (const table of ["events", "outbox"]) await sql`delete from sluice.${sql(table)} where position > ${kept}`
    await sql`select setval('sluice.events_position_seq', ${kept})`
  })
  await reader.ended
  expect(reader.messages.at(-1)).toMatchObject({ event: "sluice.log-lost", id: lost })
  opened.length = before
  await expect.poll(async () => (await openStream(url, { token: by, lastEventId: lost })).status).toBe(400)
  expect((await call(`/v1/events?after=${lost}`)).status).toBe(400)
  const again = await stream(`after=${kept}`)
  await open()
  await again.until(() => again.events().length === 1)
  expect(again.events().map(({ subject }) => subject)).toEqual(opened.slice(before))
})
