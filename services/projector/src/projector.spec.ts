import { idOf } from "@sluice/contracts/event/event.stream-id"
import { expect, it } from "vitest"
import {
  became,
  decided,
  newApproval,
  newSession,
  opened,
  projectorStage,
  requested
} from "./projector.spec-support.ts"
import { projector } from "./registry.ts"

const world = await projectorStage()
const running = world.start(projector)
const actor = (id: string, ...roles: Array<string>) => ({ kind: "user", id, roles })
const ids = (answer: unknown) => (answer as ReadonlyArray<{ id: string }>).map(({ id }) => id)

it("shows a session as the fold of its events, at every step and after any replay", async () => {
  const stream = newSession()
  const usage = {
    usageId: "u1",
    meter: "tokens.input",
    quantity: 9_007_199_254_740_991,
    model: null,
    at: "2026-01-01T00:00:00.000Z"
  }
  const story = [
    opened(),
    became("activated"),
    became("paused"),
    became("resumed"),
    { type: "session.updated", data: { taskId: "0197a000-0000-7000-8000-000000000000", metadata: {} } },
    { type: "session.usage-recorded", data: usage },
    became("completed"),
    { type: "session.usage-recorded", data: { ...usage, usageId: "u2" } }
  ]
  for (const [version, event] of story.entries()) {
    await world.append(stream, version, [event])
    await world.settled()
    expect(await world.read("read_session", "acme", idOf(stream))).toEqual(await world.folded(stream))
  }
  const before = await world.admin`select * from sluice.sessions`
  await world.publish(await world.log(), { again: true })
  // Another event behind the repeats shows that they are through.
  await world.append(newSession(), 0, [opened()])
  await world.settled()
  expect(await world.admin`select * from sluice.sessions where id = ${idOf(stream)}`).toEqual(before)
})

it("builds equal rows from the log when everything is forgotten", async () => {
  await running.stop()
  const before = await world.admin`select * from sluice.sessions order by id`
  await world.admin`truncate sluice.sessions, sluice.approvals, sluice.audit, sluice.consumers, sluice.consumer_streams`
  const again = world.start(projector)
  await world.caughtUp(projector.name)
  expect(await world.admin`select * from sluice.sessions order by id`).toEqual(before)
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 0 })
  await again.stop()
})

it("lists sessions by role and status, newest first, page by page, of one tenant", async () => {
  const again = world.start(projector)
  const streams = [newSession(), newSession(), newSession(), newSession()] as const
  for (const stream of streams) await world.append(stream, 0, [opened("finance")])
  const [first, second, third, fourth] = streams.map(idOf)
  await world.append(streams[1], 1, [became("activated")])
  await world.append(newSession(), 0, [opened("finance")], "other")
  await world.settled()
  const all = await world.read("list_sessions", "acme", "finance", null, 50, null, null)
  expect(new Set(ids(all))).toEqual(new Set([first, second, third, fourth]))
  const created = (all as ReadonlyArray<{ createdAt: string }>).map(({ createdAt }) => createdAt)
  expect(created).toEqual([...created].sort().reverse())
  expect(ids(await world.read("list_sessions", "acme", "finance", "active", 50, null, null))).toEqual([second])
  expect(ids(await world.read("list_sessions", "other", "finance", "pending", 50, null, null))).toHaveLength(1)
  const paged: Array<string> = []
  let cursor: readonly [string | null, string | null] = [null, null]
  for (;;) {
    const page = (await world.read("list_sessions", "acme", "finance", null, 3, ...cursor)) as Array<{
      id: string
      createdAt: string
    }>
    paged.push(...ids(page))
    const last = page.at(-1)
    if (last === undefined) break
    cursor = [last.createdAt, last.id]
  }
  expect(paged).toEqual(ids(all))
  await again.stop()
})

it("shows an approval as the fold of its events, and to those whom it waits for", async () => {
  const again = world.start(projector)
  const one = newApproval()
  const mine = newApproval()
  const required = [
    { roles: ["finance"], count: 1 },
    { roles: ["manager"], count: 1 }
  ]
  await world.append(one, 0, [requested(required, { requestedBy: actor("asker", "pm") })])
  await world.append(mine, 0, [requested([{ roles: ["finance"], count: 2 }], { requestedBy: actor("fin", "finance") })])
  await world.settled()
  expect(await world.read("read_approval", "acme", idOf(one))).toEqual(await world.folded(one))
  const awaiting = async (id: string, ...roles: Array<string>) =>
    ids(await world.read("list_approvals", "acme", null, null, null, null, roles, id, 50, null, null))
  expect(await awaiting("fin", "finance")).toEqual([idOf(one)])
  expect((await awaiting("other", "finance")).sort()).toEqual([idOf(one), idOf(mine)].sort())
  expect(await awaiting("asker", "finance", "manager")).toEqual([idOf(mine)])
  expect(await awaiting("nobody", "pm")).toEqual([])
  const byRole = async (role: string) =>
    ids(await world.read("list_approvals", "acme", "pending", role, "custom", "thing", null, null, 50, null, null))
  expect(await byRole("manager")).toEqual([idOf(one)])
  expect(await byRole("boss")).toEqual([])

  // The stage's events are done by "somebody", who holds none of the roles: the place stays open, yet they have decided.
  await world.append(one, 1, [decided("approve"), { type: "approval.escalated", data: { roles: ["boss"] } }])
  await world.settled()
  expect(await world.read("read_approval", "acme", idOf(one))).toEqual(await world.folded(one))
  expect(await awaiting("somebody", "finance", "manager")).toEqual([idOf(mine)])
  expect(await awaiting("chief", "boss")).toEqual([idOf(one)])
  await world.append(one, 3, [{ type: "approval.approved", data: {} }])
  await world.settled()
  expect(await world.read("read_approval", "acme", idOf(one))).toEqual(await world.folded(one))
  expect(await awaiting("chief", "boss")).toEqual([])
  await again.stop()
})

it("keeps every event in the audit, by correlation, actor, subject and time", async () => {
  const again = world.start(projector)
  await world.settled()
  const log = (await world.log()).filter(({ tenant }) => tenant === "acme").reverse()
  const audit = async (...filter: ReadonlyArray<string | number | null>) =>
    (await world.read("read_audit", "acme", ...filter)) as ReadonlyArray<{ position: number }>
  const positions = (events: ReadonlyArray<{ position: number }>) => events.map(({ position }) => position)
  const all = await audit(null, null, null, null, null, 1000, null)
  expect(positions(all)).toEqual(positions(log))
  const [some] = log.slice(3) as [(typeof log)[number]]
  expect(all[3]).toEqual({
    position: some.position,
    eventId: some.eventId,
    type: some.type,
    subject: some.streamId,
    version: some.version,
    time: some.recordedAt,
    actor: some.metadata.actor,
    correlationId: some.metadata.correlationId,
    causationId: some.metadata.causationId,
    data: some.data
  })
  const { correlationId } = some.metadata
  const expected = (test: (event: (typeof log)[number]) => boolean) => positions(log.filter(test))
  expect(positions(await audit(correlationId, null, null, null, null, 1000, null))).toEqual(
    expected(({ metadata }) => metadata.correlationId === correlationId)
  )
  expect(positions(await audit(null, "somebody", null, null, null, 2, some.position))).toEqual(
    expected(({ position }) => position < some.position).slice(0, 2)
  )
  expect(await audit(null, "stranger", null, null, null, 1000, null)).toEqual([])
  expect(positions(await audit(null, null, some.streamId, null, null, 1000, null))).toEqual(
    expected(({ streamId }) => streamId === some.streamId)
  )
  const [from, to] = [log[10]?.recordedAt as string, log[2]?.recordedAt as string]
  expect(positions(await audit(null, null, null, from, to, 1000, null))).toEqual(
    expected(({ recordedAt }) => recordedAt >= from && recordedAt < to)
  )
  await again.stop()
})

it("shows the API's role one tenant, whatever it asks for", async () => {
  const again = world.start(projector)
  await world.append(newSession(), 0, [opened()])
  await world.append(newApproval(), 0, [requested([{ roles: ["finance"], count: 1 }])])
  await world.settled()
  const seenBy = async (tenant: string) => {
    const [row] = await world.api.begin(async (sql) => {
      await sql`select set_config('sluice.tenant', ${tenant}, true)`
      return sql<{ sessions: number; approvals: number; audit: number }[]>`
        select (select count(*) from sluice.sessions)::int as sessions,
          (select count(*) from sluice.approvals)::int as approvals, (select count(*) from sluice.audit)::int as audit`
    })
    return row
  }
  expect(Object.values((await seenBy("acme")) ?? {}).every((count) => count > 0)).toBe(true)
  expect(await seenBy("nobody")).toEqual({ sessions: 0, approvals: 0, audit: 0 })
  await again.stop()
})
