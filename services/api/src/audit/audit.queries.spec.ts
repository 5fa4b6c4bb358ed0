import { AuditEntry } from "@sluice/contracts/audit/audit.views"
import { Schema } from "effect"
import { expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { readModels } from "../testing/rows.insert.ts"

const { call, token, database } = await runningApi()
const { sql } = readModels(database.adminUrl)

const list = async (query: string, by?: string) =>
  (await call(`/v1/audit?${query}`, by === undefined ? {} : { token: by })).body

it("shows what happened, newest first, by trace, actor, subject and time, to its tenant alone", async () => {
  const traced = { "x-trace-id": "c".repeat(32) }
  const { body } = await call("/v1/sessions", { json: { role: "pm" }, headers: traced })
  const bob = await token({ sub: "bob" })
  await call(`/v1/sessions/${body.id}`, { method: "PUT", json: { status: "active" }, token: bob })
  await call("/v1/sessions", { json: { role: "pm" }, token: await token({ tenant: "other" }) })
  await sql`
    insert into sluice.audit (tenant, position, event_id, stream_id, version, type, actor_id, correlation_id, recorded_at)
    select tenant, position, event_id, stream_id, version, type, metadata -> 'actor' ->> 'id', metadata ->> 'correlationId', recorded_at
    from sluice.events`

  const subject = `session-${body.id}`
  const all = await list(`subject=${subject}`)
  expect(all.items.map(({ type }: AuditEntry) => type)).toEqual(["session.activated", "session.opened"])
  for (const entry of all.items) expect(Schema.is(AuditEntry)(entry)).toBe(true)
  expect(all.items[1]).toMatchObject({ subject, version: 1, actor: { id: "ada" }, data: { role: "pm" } })

  const versions = async (query: string) => (await list(query)).items.map(({ version }: AuditEntry) => version)
  expect(await versions(`correlationId=${"C".repeat(32)}`)).toEqual([1])
  expect(await versions("correlationId=cccccccc-cccc-cccc-cccc-cccccccccccc")).toEqual([1])
  expect(await versions("actor=bob")).toEqual([2])
  expect(await versions("to=2020-01-01T00:00:00Z")).toEqual([])
  expect(await versions("from=2020-01-01T00:00:00%2B02:00")).toEqual([2, 1])
  const first = await list("limit=1")
  expect(await versions(`limit=1&cursor=${first.nextCursor}`)).toEqual([1])
  expect((await list(`subject=${subject}`, await token({ tenant: "third" }))).items).toEqual([])
})

it("is behind a second wall: as the API's role, with another tenant set, nothing is there", async () => {
  const { default: postgres } = await import("postgres")
  const api = postgres(database.urlFor("sluice_api"), { max: 1, onnotice: () => {} })
  const seen = (tenant: string) =>
    api.begin(async (tx) => {
      await tx`select set_config('sluice.tenant', ${tenant}, true)`
      const [row] = await tx`
        select (select count(*)::int from sluice.events) as events, (select count(*)::int from sluice.streams) as streams,
          (select count(*)::int from sluice.sessions) as sessions, (select count(*)::int from sluice.approvals) as approvals,
          (select count(*)::int from sluice.audit) as audit`
      return row
    })
  expect((await seen("acme"))?.events).toBeGreaterThan(0)
  expect(await seen("nobody")).toEqual({ events: 0, streams: 0, sessions: 0, approvals: 0, audit: 0 })
  await expect(
    api`insert into sluice.sessions (tenant, id, version, view, fold) values ('a', 'b', 1, '{}', '{}')`
  ).rejects.toThrow(/permission denied/)
  await expect(api`delete from sluice.events`).rejects.toThrow(/permission denied/)
  await api.end()
})
