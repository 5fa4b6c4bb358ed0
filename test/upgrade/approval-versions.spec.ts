import { beforeAll, describe, expect, it } from "vitest"
import { recordedStack } from "../support/recorded.stack.ts"
import { pendingId, toldIn } from "./approval-versions.story.ts"

/*
 * One log with approvals of both versions of `approval.requested`. Whatever is kept about those of the one tenant must be
 * kept about those of the other: read models, inbox, timers, deliveries, audit, and what a rebuild makes of them.
 */
const [OLD, NEW] = ["written-under-v1", "written-under-v2"] as const
const world = await recordedStack()
const { person, sluice } = await world.start()
const subscription = { name: "erp", endpoint: "https://erp.example.com/", types: ["approval.requested"] }

const verified = async () => {
  const { out, err } = await sluice("verify", "--wait", "60", "--json")
  expect(JSON.parse(out || "{}"), out + err).toMatchObject({ ok: true })
}

beforeAll(async () => {
  for (const tenant of [OLD, NEW]) {
    const admin = await person(tenant, "admin")
    expect(await admin.ask("POST", "/v1/subscriptions", { body: subscription })).toMatchObject({ status: 201 })
  }
  await world.record([...toldIn(OLD, 1), ...toldIn(NEW, 2)])
  await verified()
}, 120_000)

/** Ids of events and what follows from them, places in the log, and when something is next tried. */
const OWN = ["tenant", "id", "event_id", "position", "try_at"]
/** What a table holds of a tenant, but for its subscription. */
const kept = async (tenant: string, table: string) => {
  const rows = await world.sql<{ row: string }[]>`
    select (to_jsonb(t) - ${OWN}::text[])::text as row from ${world.sql(`sluice.${table}`)} t
    where tenant = ${tenant} and to_jsonb(t)::text not like '%subscription-%' order by row`
  return rows.map(({ row }) => row)
}
const expectTwins = async (counts: Readonly<Record<string, number>>) => {
  for (const [table, count] of Object.entries(counts)) {
    const [old, now] = await Promise.all([kept(OLD, table), kept(NEW, table)])
    expect(old, table).toEqual(now)
    expect(old, table).toHaveLength(count)
  }
}
const tables = { approvals: 8, notifications: 14, notification_memory: 3, timers: 2, audit: 21, runs: 1 }

describe("one log with both versions of a question", () => {
  it("holds each as it was written", async () => {
    const counts = await world.sql`
      select tenant, schema_version as version, count(*)::int, count(data -> 'requestedBy')::int as named
      from sluice.events where type = 'approval.requested' group by 1, 2 order by 1`
    expect(counts.map((row) => ({ ...row }))).toEqual([
      { tenant: OLD, version: 1, count: 8, named: 2 },
      { tenant: NEW, version: 2, count: 8, named: 8 }
    ])
  })

  it("gives the same read models, inbox, memory, timers and audit", () => expectTwins(tables))

  it("delivers both to who wants `approval.requested`", async () => {
    const wanted = async (tenant: string) =>
      (await world.sql`select stream_id from sluice.deliveries where tenant = ${tenant} order by 1`).map(
        (row) => row.stream_id
      )
    await expect.poll(() => wanted(NEW)).toHaveLength(8)
    expect(await wanted(OLD)).toEqual(await wanted(NEW))
  })

  it("gives the same once everything is built anew", { timeout: 120_000 }, async () => {
    const { code, out, err } = await sluice("rebuild", "all", "--check", "--json")
    expect(code, out + err).toBe(0)
    const reports: ReadonlyArray<{ name: string; rows: number; differing: number }> = JSON.parse(out)
    expect(reports.find(({ name }) => name === "approvals")).toMatchObject({ rows: 16, differing: 0 })
    expect(reports.filter(({ differing }) => differing > 0)).toEqual([])
    await expectTwins(tables)
  })

  it("is decided alike: refused to who asked, open to another", { timeout: 120_000 }, async () => {
    const [old, now] = await Promise.all(
      [OLD, NEW].map(async (tenant) => {
        const ada = await person(tenant, "ada", { roles: ["manager"] })
        const mary = await person(tenant, "mary", { roles: ["manager"] })
        const awaited = async (who: typeof ada) =>
          (await who.listApprovals({ awaiting: "me", limit: 200 })).body.items.map(({ id }) => id)
        const lists = [await awaited(ada), await awaited(mary)]
        const refused = await ada.decide(pendingId, { decision: "approve" })
        const decided = await mary.decide(pendingId, { decision: "approve" })
        return { lists, refused, decided }
      })
    )
    expect([old?.refused.status, old?.decided.status]).toEqual([403, 200])
    expect([now?.refused.status, now?.decided.status]).toEqual([403, 200])
    expect(old?.lists).toEqual(now?.lists)
    expect(old?.lists[0]).not.toContain(pendingId)
    expect(old?.lists[1]).toContain(pendingId)
    const timeless = (text = "") => text.replace(/"(at|decidedAt)":"[^"]+"/g, "")
    expect(timeless(old?.decided.text)).toBe(timeless(now?.decided.text))
    expect(old?.decided.body.requestedBy).toEqual({ kind: "user", id: "ada", roles: ["pm"] })
    await verified()
  })
})
