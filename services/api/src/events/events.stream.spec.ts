import type { CloudEvent } from "@sluice/contracts/event/event.cloud-event"
import { FeedMessage } from "@sluice/contracts/feed/feed.views"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { feedMetric, feedTenants, noticesOf, subjectsOf } from "../testing/feed.tenants.ts"

const api = await runningApi({ feed: { heartbeatSeconds: 0.05 } })
const { token, database } = api
const somebody = feedTenants(api)
const admin = postgres(database.adminUrl, { max: 4, onnotice: () => {} })
afterAll(() => admin.end())

describe("the stream", () => {
  it("tells what happens from now on, in the words of the feed, to its tenant alone", async () => {
    const { open, stream, page } = await somebody()
    const stranger = await somebody()
    const before = await open()
    const [reader, other] = [await stream(), await stranger.stream({ query: "after=0" })]
    expect(reader).toMatchObject({
      status: 200,
      headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" }
    })
    expect(reader.headers["x-trace-id"]).toMatch(/^[0-9a-f]{32}$/)
    const told = [await open(), await open()]
    await stranger.open()
    await reader.until(() => reader.events().length === 2)
    await other.until(() => other.events().length === 1)
    expect(subjectsOf(reader)).toEqual(told)
    expect(subjectsOf(other)).not.toContain(before)
    const { items } = await page()
    expect(reader.events()).toEqual(items.slice(1))
    const [opening, ...messages] = reader.messages
    expect(opening).toMatchObject({ event: "sluice.open", id: String(items[0].position) })
    expect(messages.map(({ id, event }) => [id, event])).toEqual(
      items.slice(1).map(({ position }: CloudEvent) => [String(position), "session.opened"])
    )
    for (const message of reader.messages) expect(() => Schema.decodeUnknownSync(FeedMessage)(message)).not.toThrow()
  })

  it("begins with what was missed: behind Last-Event-ID, which counts for more than after", async () => {
    const { open, stream, page } = await somebody()
    const told = [await open(), await open(), await open()]
    const ids: Array<number> = (await page()).items.map(({ position }: CloudEvent) => position)
    const readers = await Promise.all([
      stream({ query: "after=0" }),
      stream({ query: `after=${ids[1]}` }),
      stream({ query: "after=0", lastEventId: String(ids[0]) }),
      stream({ lastEventId: "0" })
    ])
    told.push(await open())
    const from = [0, 2, 1, 0]
    for (const [index, reader] of readers.entries()) {
      await reader.until(() => reader.events().length === 4 - (from[index] as number))
      expect(subjectsOf(reader)).toEqual(told.slice(from[index]))
    }
  })

  it("filters as the feed does, what was missed as well as what is new", async () => {
    const { open, update, stream, page } = await somebody()
    const both = async () => {
      const [one, two] = [await open(), await open()]
      await update(one, "active")
      await update(two, "active")
      return one
    }
    const first = await both()
    const queries = [
      "type=*.activated",
      "category=session",
      `subject=${first}`,
      "category=approval",
      "type=session.opened"
    ]
    const readers = await Promise.all(queries.map((query) => stream({ query: `after=0&${query}` })))
    await both()
    await update(first, "paused")
    const end = await stream({ query: "after=0" })
    await end.until(() => end.events().length === 9)
    for (const [index, reader] of readers.entries()) {
      const { items } = await page(queries[index])
      await reader.until(() => reader.events().length === items.length)
      expect(reader.events()).toEqual(items)
    }
  })

  it("beats, and moves on the id where nothing is meant for the reader", async () => {
    const { open, stream, page } = await somebody()
    const reader = await stream({ query: "category=approval" })
    await open()
    const { position } = (await page()).items[0]
    await reader.until(() => Number(reader.lastId()) >= position)
    const beats = reader.heartbeats()
    await reader.until(() => reader.heartbeats() > beats + 2)
    expect(reader.events()).toEqual([])
  })

  it("misses nothing that commits late, and tells nothing before it", async () => {
    const { open, stream, tenant } = await somebody()
    const [live, caughtUp] = [await stream(), () => stream({ query: "after=0" })]
    const [subject, event, cause] = [`session-${crypto.randomUUID()}`, crypto.randomUUID(), crypto.randomUUID()]
    const metadata = { actor: { kind: "user", id: "late", roles: [] }, correlationId: "c", causationId: cause }
    const late = {
      id: cause,
      tenant,
      keys: [],
      streams: [[subject, 0]],
      events: [[0, event, "session.opened", 1, { role: "x" }, metadata]]
    }
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const { promise: appended, resolve: append } = Promise.withResolvers<void>()
    const holding = admin.begin(async (transaction) => {
      await transaction`select sluice.append(${transaction.json([late])})`
      append()
      await released
    })
    await appended
    const told = [subject]
    const readers = [live]
    for (let count = 0; count < 5; count++) {
      told.push(await open())
      readers.push(await caughtUp())
      const { promise: later, resolve: goOn } = Promise.withResolvers<void>()
      const beats = live.heartbeats()
      void live.until(() => live.heartbeats() > beats + 2).then(goOn)
      await later
    }
    for (const reader of readers) expect(reader.events()).toEqual([])
    release()
    await holding
    for (const reader of readers) {
      await reader.until(() => reader.events().length === told.length)
      expect(subjectsOf(reader)).toEqual(told)
    }
  })

  it("is not said to lag while it keeps up, though there is always an append under way", async () => {
    const { stream, tenant } = await somebody()
    const reader = await stream()
    const metadata = { actor: { kind: "user", id: "x", roles: [] }, correlationId: "c", causationId: "c" }
    /** Appends and commits when told to. */
    const append = async () => {
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      const { promise: appended, resolve: append } = Promise.withResolvers<void>()
      const streams = [[`session-${crypto.randomUUID()}`, 0]]
      const events = [[0, crypto.randomUUID(), "session.opened", 1, { role: "x" }, metadata]]
      const held = admin.begin(async (transaction) => {
        await transaction`select sluice.append(${transaction.json([{ id: crypto.randomUUID(), tenant, keys: [], streams, events }])})`
        append()
        await released
      })
      await appended
      return () => {
        release()
        return held
      }
    }
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    let commit = await append()
    onTestFinished(() => commit())
    let appended = 1
    // One that grew for ever would never be much younger than the test.
    const isYoung = async () => seconds() > 1 && (await feedMetric("sluice_feed_lag_seconds")) < seconds() / 2
    for (; !(await isYoung()); appended++) {
      expect(seconds()).toBeLessThan(20)
      const next = await append()
      await commit()
      commit = next
    }
    await commit()
    await reader.until(() => reader.events().length === appended)
  })

  it("hears of what another instance appends", async () => {
    const { stream, tenant } = await somebody()
    const reader = await stream()
    const metadata = { actor: { kind: "user", id: "x", roles: [] }, correlationId: "c", causationId: "c" }
    for (let count = 1; count <= 3; count++) {
      const streams = [[`session-${crypto.randomUUID()}`, 0]]
      const events = [[0, crypto.randomUUID(), "session.opened", 1, { role: "x" }, metadata]]
      await admin`select sluice.append(${admin.json([{ id: crypto.randomUUID(), tenant, keys: [], streams, events }])})`
      await reader.until(() => reader.events().length === count)
    }
  })

  it("comes to an end with the token, which it says", async () => {
    const { open, stream, tenant } = await somebody()
    const reader = await stream({ token: await token({ tenant }, "2s") })
    await open()
    await reader.ended
    expect(noticesOf(reader).at(-1)).toMatchObject({
      event: "sluice.token-expired",
      lastEventId: reader.messages.at(-1)?.id
    })
    expect(reader.events()).toHaveLength(1)
    const again = await stream({ lastEventId: reader.lastId() as string })
    const told = await open()
    await again.until(() => again.events().length === 1)
    expect(subjectsOf(again)).toEqual([told])
  })

  it("answers HEAD with the head alone", async () => {
    const reader = await (await somebody()).stream({ method: "HEAD" })
    await reader.ended
    expect([reader.status, reader.headers["content-type"], reader.text()]).toEqual([200, "text/event-stream", ""])
  })
})
