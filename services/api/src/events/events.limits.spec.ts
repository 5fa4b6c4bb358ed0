import postgres from "postgres"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { feedMetric, feedTenants, noticesOf, subjectsOf } from "../testing/feed.tenants.ts"

const api = await runningApi({ feed: { heartbeatSeconds: 0.05, maxReaders: 12, bufferBytes: 64 * 1024 } })
const { token } = api
const somebody = feedTenants(api)

describe("a reader that takes nothing", () => {
  it("is cut off with a message once its buffer is full, comes back without a hole, and holds up nobody", async () => {
    const { open, stream } = await somebody()
    const [stuck, well] = [await stream(), await stream()]
    stuck.stop()
    const before = await feedMetric("sluice_feed_ended_total", "cut-off")
    const told: Array<string> = []
    const metadata = { text: "x".repeat(12_000) }
    while ((await feedMetric("sluice_feed_ended_total", "cut-off")) === before) {
      told.push(...(await Promise.all(Array.from({ length: 32 }, () => open(metadata)))))
      await well.until(() => well.events().length === told.length)
      expect(told.length).toBeLessThan(3_000)
    }
    stuck.goOn()
    await stuck.ended
    const last = noticesOf(stuck).at(-1)
    expect(last).toMatchObject({ event: "sluice.cut-off", reason: expect.stringContaining("slow") })
    const seen = subjectsOf(stuck)
    expect(last.lastEventId).toBe(String(stuck.events().at(-1)?.position))
    expect(subjectsOf(well).slice(0, seen.length)).toEqual(seen)
    expect(seen.length).toBeLessThan(told.length)
    const again = await stream({ lastEventId: last.lastEventId })
    await again.until(() => again.events().length === told.length - seen.length)
    expect([...seen, ...subjectsOf(again)]).toEqual(subjectsOf(well))

    // What was missed waits for the reader, however slow it is.
    for (const reader of [again, well]) reader.close()
    await expect.poll(() => feedMetric("sluice_feed_readers")).toBe(0)
    const [slow, other] = [await stream({ query: "after=0" }), await (await somebody()).stream()]
    slow.stop()
    await other.until(() => other.heartbeats() > 20)
    const more = await open()
    await other.until(() => other.heartbeats() > 30)
    slow.goOn()
    await slow.until(() => slow.events().length === told.length + 1)
    expect(subjectsOf(slow)).toEqual([...subjectsOf(well), more])
  }, 60_000)
})

it("a fault of ours that stays is said now and then, not by every reader at every attempt", async () => {
  const { open, stream } = await somebody()
  const told = await open()
  const admin = postgres(api.database.adminUrl, { max: 1, onnotice: () => {} })
  onTestFinished(() => admin.end())
  const said = vi.spyOn(console, "log").mockImplementation(() => {})
  onTestFinished(() => said.mockRestore())
  const reading = admin.unsafe("function sluice.feed_read")
  await admin`revoke execute on ${reading} from sluice_api`
  const readers = await Promise.all(Array.from({ length: 8 }, () => stream({ query: "after=0" })))
  for (const reader of readers) await reader.until(() => reader.heartbeats() > 30)
  await admin`grant execute on ${reading} to sluice_api`
  for (const reader of readers) {
    await reader.until(() => reader.events().length === 1)
    expect(subjectsOf(reader)).toEqual([told])
    reader.close()
  }
  expect(said.mock.calls.filter(([line]) => String(line).includes("ERROR"))).toHaveLength(1)
})

describe("places", () => {
  it("are bounded: 503 with Retry-After; one that is left is free again", async () => {
    const { stream } = await somebody()
    await expect.poll(() => feedMetric("sluice_feed_readers")).toBe(0)
    const readers = await Promise.all(Array.from({ length: 12 }, () => stream()))
    const refused = await stream()
    await refused.ended
    expect(refused).toMatchObject({
      status: 503,
      headers: { "retry-after": "1", "content-type": "application/problem+json" }
    })
    expect(JSON.parse(refused.text())).toMatchObject({ type: "urn:sluice:problem:overloaded" })
    readers[0]?.close()
    await expect.poll(async () => (await stream()).status).toBe(200)
    for (const reader of readers) reader.close()
  })
})

describe("bad input", () => {
  it.each([
    [{ lastEventId: "x" }, "/headers/last-event-id"],
    [{ lastEventId: "-1" }, "/headers/last-event-id"],
    [{ lastEventId: "1.0" }, "/headers/last-event-id"],
    [{ lastEventId: "99999999999999999999" }, "/headers/last-event-id"],
    [{ lastEventId: "999999999999999" }, "/headers/last-event-id"],
    [{ query: "after=999999999999" }, "/query/after"],
    [{ query: "after=-1" }, "/query/after"],
    [{ query: "type=nothing" }, "/query/type"],
    [{ query: "category=nothing" }, "/query/category"],
    [{ query: "limit=1" }, "/query/limit"]
  ])("%j", async (asked, pointer) => {
    const reader = await (await somebody()).stream(asked)
    await reader.ended
    expect([reader.status, reader.headers["content-type"]]).toEqual([400, "application/problem+json"])
    expect(JSON.parse(reader.text()).errors.map((one: { pointer: string }) => one.pointer)).toEqual([pointer])
  })

  it("no token, a wrong one, one without the scope", async () => {
    const { stream, tenant } = await somebody()
    const statuses = []
    for (const given of ["", "x", await token({ tenant, scope: "audit:read" })]) {
      const reader = await stream({ token: given })
      await reader.ended
      statuses.push(reader.status)
    }
    expect(statuses).toEqual([401, 401, 403])
  })
})
