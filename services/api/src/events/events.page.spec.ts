import { CloudEvent } from "@sluice/contracts/event/event.cloud-event"
import { eventTypes } from "@sluice/contracts/event/event.registry"
import { FeedPage } from "@sluice/contracts/feed/feed.views"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { type Answer, runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { matches } from "./events.filter.ts"

const { call, token, database, url } = await runningApi()
const admin = postgres(database.adminUrl, { max: 4, onnotice: () => {} })
afterAll(() => admin.end())

let tenants = 0
/** A tenant of its own with sessions that were opened and activated. */
const tenantWith = async (sessions: number) => {
  const tenant = `t${++tenants}`
  const by = await token({ tenant })
  const subjects: Array<string> = []
  for (let count = 0; count < sessions; count++) {
    const { body } = await call("/v1/sessions", { json: { role: "pm", metadata: { ü: [1, 2.5, 1e21] } }, token: by })
    await call(`/v1/sessions/${body.id}`, { method: "PUT", json: { status: "active" }, token: by })
    subjects.push(`session-${body.id}`)
  }
  const page = (query = "", headers = {}) => call(`/v1/events?${query}`, { token: by, headers })
  return { tenant, by, subjects, page }
}
const eventsOf = ({ body }: Answer) =>
  (body as FeedPage).items.map(({ type, subject }) => `${type.split(".")[2]} ${subject}`)

describe("a page", () => {
  it("has the tenant's events in the order of positions, byte for byte as they are published", async () => {
    const { tenant, by, subjects, page } = await tenantWith(2)
    const [first, second] = subjects
    await tenantWith(1)
    const answer = await page()
    expect(eventsOf(answer)).toEqual([
      `opened ${first}`,
      `activated ${first}`,
      `opened ${second}`,
      `activated ${second}`
    ])
    const published = await admin<{ text: string }[]>`
      select sluice.cloud_event(e) as text from sluice.events e where tenant = ${tenant} order by position`
    const raw = await fetch(`${url}/v1/events`, { headers: { authorization: `Bearer ${by}` } })
    const { position } = answer.body.items.at(-1)
    expect(await raw.text()).toBe(
      `{"items":[${published.map(({ text }) => text).join(",")}],"nextAfter":${position},"more":false}`
    )
    expect(Schema.is(FeedPage)(answer.body)).toBe(true)
    for (const item of answer.body.items) expect(Schema.is(CloudEvent)(item)).toBe(true)
  })

  it("goes on where the one before ended; the last one is asked for again until it is full", async () => {
    const { page, by, subjects } = await tenantWith(2)
    const whole = await page()
    const seen: Array<string> = []
    let after = 0
    for (const more of [true, true, false]) {
      const answer = await page(`limit=2&after=${after}`)
      expect(answer.body.more).toBe(more)
      seen.push(...eventsOf(answer))
      after = answer.body.nextAfter
    }
    expect(seen).toEqual(eventsOf(whole))
    expect((await page(`after=${after}`)).body).toEqual({ items: [], nextAfter: after, more: false })
    const id = subjects[0]?.slice("session-".length)
    await call(`/v1/sessions/${id}`, { method: "PUT", json: { status: "paused" }, token: by })
    expect(eventsOf(await page(`after=${after}`))).toEqual([`paused ${subjects[0]}`])
  })

  it("is its tenant's alone, also with the other one's stream as subject", async () => {
    const { subjects, page } = await tenantWith(1)
    const stranger = await token({ tenant: "stranger" })
    for (const query of ["", `subject=${subjects[0]}`, "type=*.*", "category=session"])
      expect((await call(`/v1/events?${query}`, { token: stranger })).body.items).toEqual([])
    expect((await page()).body.items).toHaveLength(2)
    const { status } = await call("/v1/events", { token: await token({ scope: "audit:read runs:read" }) })
    expect(status).toBe(403)
  })
})

describe("filters", () => {
  it.each([
    ["type=session.opened", ["opened 0", "opened 1"]],
    ["type=session.*", ["opened 0", "activated 0", "opened 1", "activated 1"]],
    ["type=*.activated", ["activated 0", "activated 1"]],
    ["type=*.*", ["opened 0", "activated 0", "opened 1", "activated 1", "requested 2"]],
    ["type=approval.requested,session.opened", ["opened 0", "opened 1", "requested 2"]],
    ["category=approval", ["requested 2"]],
    ["category=approval,session&type=*.opened", ["opened 0", "opened 1"]],
    ["category=approval&type=session.*", []],
    ["subject=1", ["opened 1", "activated 1"]],
    ["subject=1&type=*.activated", ["activated 1"]],
    ["subject=1&category=approval", []],
    ["subject=session-nobody", []]
  ])("%s", async (query, wanted) => {
    const { by, subjects, page } = await tenantWith(2)
    const asked = { subject: { type: "custom", id: "x" }, required: [{ roles: ["cto"], count: 1 }] }
    const { body } = await call("/v1/approvals", { json: asked, token: by })
    const all = [...subjects, `approval-${body.id}`]
    const shown = async (more: string) => {
      const filter = query.replace("subject=1", `subject=${all[1]}`)
      const found: Array<string> = []
      for (let after = 0, full = true; full; ) {
        const answer = await page(`${filter}&${more}&after=${after}`)
        found.push(...eventsOf(answer))
        full = answer.body.more
        after = answer.body.nextAfter
      }
      return found.map((one) => one.replace(/\S+$/, (subject) => String(all.indexOf(subject))))
    }
    expect(await shown("limit=50")).toEqual(wanted)
    expect(await shown("limit=1")).toEqual(wanted)
  })

  it("mean the same here and in the database, for every type there is and every pattern", async () => {
    const types = eventTypes.map(({ type }) => type)
    const categories = [...new Set(eventTypes.map(({ category }) => category))]
    const patterns = [...types, ...categories.map((one) => `${one}.*`), ...types.map((one) => `*.${one.split(".")[1]}`)]
    for (const [index, pattern] of [...patterns, "*.*"].entries()) {
      const like = pattern.replaceAll("*", "%")
      const category = categories[index % categories.length] as string
      const [row] = await admin<{ hit: Array<string> }[]>`
        select coalesce(jsonb_agg(type), '[]') as hit from unnest(${types}::text[]) type
        where type like any (${[like]}::text[]) and type like any (${[`${category}.%`]}::text[])`
      const filter = { type: [pattern], category: [category] }
      expect(types.filter((type) => matches(filter, { type, subject: "x" }))).toEqual(row?.hit)
    }
  })

  it("that hit little get pages without events, which go on, and end", async () => {
    const tenant = `t${++tenants}`
    const by = await token({ tenant })
    await admin`
      insert into sluice.events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
      select nextval('sluice.events_position_seq'), ${tenant}, 'session-long', number, gen_random_uuid(),
        case number when 25000 then 'session.completed' else 'session.paused' end, 1, '{}', '{"actor": {}}', now()
      from generate_series(1, 25000) number`
    await admin`insert into sluice.streams (tenant, stream_id, version) values (${tenant}, 'session-long', 25000)`
    for (const filter of ["type=session.completed", "type=session.completed&subject=session-long"]) {
      const counts: Array<[number, boolean]> = []
      for (let after = 0, more = true; more; ) {
        const { body } = await call(`/v1/events?${filter}&after=${after}`, { token: by })
        counts.push([body.items.length, body.more])
        expect(body.nextAfter).toBeGreaterThan(after)
        more = body.more
        after = body.nextAfter
      }
      expect(counts).toEqual([
        [0, true],
        [0, true],
        [1, false]
      ])
    }
    // Anywhere in a long stream, from either side of each position.
    const [{ low }] =
      (await admin`select min(position) as low from sluice.events where tenant = ${tenant}`) as unknown as [
        { low: string }
      ]
    for (const behind of [-1, 0, 1, 12_345, 24_998, 24_999, 25_000]) {
      const after = Math.max(0, Number(low) + behind - 1)
      const { body } = await call(`/v1/events?subject=session-long&limit=1&after=${after}`, { token: by })
      expect(body.items.map((one: CloudEvent) => one.streamversion)).toEqual(
        behind > 24_999 ? [] : [Math.max(0, behind) + 1]
      )
    }
  })
})

describe("caching", () => {
  it("keeps a full page for ever, and asks for the last one again", async () => {
    const { page } = await tenantWith(2)
    const [full, last] = [await page("limit=2"), await page("limit=50")]
    expect(full.headers).toMatchObject({
      "cache-control": "private, max-age=31536000, immutable",
      vary: "Authorization"
    })
    expect(last.headers).toMatchObject({ "cache-control": "private, no-cache", vary: "Authorization" })
    for (const [query, { headers, body }] of [
      ["limit=2", full],
      ["limit=50", last]
    ] as const) {
      const tag = headers.etag as string
      for (const given of [tag, `W/${tag}`, `"x", ${tag}`, "*"]) {
        const again = await page(query, { "if-none-match": given })
        expect(again).toMatchObject({ status: 304, body: "" })
        expect(again.headers).toMatchObject({ etag: tag, "cache-control": headers["cache-control"] })
      }
      for (const given of ['"x"', "x", ""]) {
        const again = await page(query, { "if-none-match": given })
        expect(again).toMatchObject({ status: 200, body })
      }
    }
  })

  it("has another tag as soon as there is something new", async () => {
    const { page, by } = await tenantWith(1)
    const before = await page("limit=3")
    await call("/v1/sessions", { json: { role: "pm" }, token: by })
    const after = await page("limit=3", { "if-none-match": before.headers.etag as string })
    expect(after).toMatchObject({ status: 200, body: { more: true } })
    expect(after.body.items).toHaveLength(3)
    expect(await page("limit=3")).toMatchObject({ headers: { etag: after.headers.etag } })
  })
})

describe("bad input", () => {
  it.each([
    ["after=-1", ["/query/after"]],
    ["after=1.5", ["/query/after"]],
    ["after=x", ["/query/after"]],
    ["after=", ["/query/after"]],
    ["after=9007199254740993", ["/query/after"]],
    ["after=9007199254740991", ["/query/after"]],
    ["limit=0", ["/query/limit"]],
    ["limit=1001", ["/query/limit"]],
    ["category=nothing", ["/query/category"]],
    ["category=session,", ["/query/category"]],
    ["category=session.opened", ["/query/category"]],
    ["type=session", ["/query/type"]],
    ["type=session.opened.v1", ["/query/type"]],
    ["type=session.o*", ["/query/type"]],
    ["type=nothing.*", ["/query/type"]],
    ["type=%25.%25", ["/query/type"]],
    [`type=${Array(51).fill("*.*").join(",")}`, ["/query/type"]],
    ["type=", ["/query/type"]],
    ["subject=", ["/query/subject"]],
    [`subject=${"x".repeat(201)}`, ["/query/subject"]],
    ["cursor=x", ["/query/cursor"]],
    [
      "type=a.b&category=c&limit=x&after=y&zzz=1",
      ["after", "category", "limit", "type", "zzz"].map((one) => `/query/${one}`)
    ]
  ])("%s", async (query, wanted) => {
    const answer = await call(`/v1/events?${query}`)
    expectProblem(answer, 400, "bad-request")
    expect([...new Set(pointers(answer))].sort()).toEqual(wanted)
  })

  it("without a token, and a position that was never given out", async () => {
    expectProblem(await call("/v1/events", { token: "" }), 401, "unauthenticated")
    const { page } = await tenantWith(1)
    const { position } = (await page()).body.items.at(-1)
    expect((await page(`after=${position}`)).status).toBe(200)
    expectProblem(await page(`after=${position + 1_000_000}`), 400, "bad-request")
  })
})

it("shows nothing behind an append that is not committed, however often it is asked, and misses nothing afterwards", async () => {
  const { tenant, by, page } = await tenantWith(1)
  const before = (await page()).body
  const actor = { kind: "user", id: "late", roles: [] }
  const late = {
    id: crypto.randomUUID(),
    tenant,
    keys: [],
    streams: [[`session-${crypto.randomUUID()}`, 0]],
    events: [
      [0, crypto.randomUUID(), "session.opened", 1, { role: "late" }, { actor, correlationId: "c", causationId: "c" }]
    ]
  }
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: appended, resolve: append } = Promise.withResolvers<void>()
  const holding = admin.begin(async (transaction) => {
    await transaction`select sluice.append(${transaction.json([late])})`
    append()
    await released
  })
  await appended
  for (let count = 0; count < 5; count++) {
    expect((await call("/v1/sessions", { json: { role: "pm" }, token: by })).status).toBe(201)
    expect((await page()).body).toEqual(before)
    expect((await page("limit=3")).body.more).toBe(false)
  }
  release()
  await holding
  const { items } = (await page()).body as FeedPage
  expect(items.slice(2).map(({ actor }) => actor.id)).toEqual(["late", "ada", "ada", "ada", "ada", "ada"])
})
