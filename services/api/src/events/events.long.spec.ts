import type { CloudEvent } from "@sluice/contracts/event/event.cloud-event"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { feedTenants, subjectsOf } from "../testing/feed.tenants.ts"

const api = await runningApi()
const { call, database } = api
const somebody = feedTenants(api)
const admin = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => admin.end())

describe("long events", () => {
  it("end a page early, so that nobody can have the service hold more than a few of them", async () => {
    const { tenant, by } = await somebody()
    await admin`
      insert into sluice.events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
      select nextval('sluice.events_position_seq'), ${tenant}, 'session-wide', number, gen_random_uuid(), 'session.paused', 1,
        jsonb_build_object('text', repeat('ü', case when number < 9 then 450000 else 1 end)), '{"actor": {}}', now()
      from generate_series(1, 10) number`
    await admin`insert into sluice.streams (tenant, stream_id, version) values (${tenant}, 'session-wide', 10)`
    for (const filter of ["", "type=session.paused", "subject=session-wide"]) {
      const pages: Array<[ReadonlyArray<number>, boolean, string]> = []
      for (let after = 0, more = true; more; ) {
        const { body, headers } = await call(`/v1/events?limit=1000&${filter}&after=${after}`, { token: by })
        const kept = String(headers["cache-control"]).includes("immutable") ? "kept" : "asked for again"
        pages.push([body.items.map((one: CloudEvent) => one.streamversion), body.more, kept])
        more = body.more
        after = body.nextAfter
      }
      expect(pages).toEqual([
        [[1, 2, 3], true, "kept"],
        [[4, 5, 6], true, "kept"],
        [[7, 8, 9, 10], false, "asked for again"]
      ])
    }
  })

  it("are told live too, in as many rounds as they need, and nobody's are left out behind them", async () => {
    const [wide, narrow] = [await somebody(), await somebody()]
    const readers = [await wide.stream(), await narrow.stream()]
    const told: Record<string, Array<string>> = { [wide.tenant]: [], [narrow.tenant]: [] }
    const metadata = { actor: { kind: "user", id: "x", roles: [] }, correlationId: "c", causationId: "c" }
    const commands = Array.from({ length: 12 }, (_, index) => {
      const [tenant, length] = index % 3 < 2 ? [wide.tenant, 400_000] : [narrow.tenant, 10]
      const subject = `session-${crypto.randomUUID()}`
      told[tenant]?.push(subject)
      const events = [[0, crypto.randomUUID(), "session.opened", 1, { role: "x".repeat(length) }, metadata]]
      return { id: crypto.randomUUID(), tenant, keys: [], streams: [[subject, 0]], events }
    })
    await admin`select sluice.append(${admin.json(commands)})`
    const [other] = [await wide.stream({ query: "after=0" })]
    for (const [reader, tenant] of [
      [readers[0], wide.tenant],
      [readers[1], narrow.tenant],
      [other, wide.tenant]
    ] as const) {
      await reader?.until(() => reader.events().length === told[tenant]?.length)
      expect(reader === undefined ? [] : subjectsOf(reader)).toEqual(told[tenant])
    }
  })
})
