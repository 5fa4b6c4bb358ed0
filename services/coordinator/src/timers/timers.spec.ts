import { timerCommandId } from "@sluice/contracts/timer/timer.ids"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { batchesOf, logOf, type Model, rememberIn } from "./timers.spec-model.ts"
import { became, inSeconds, newId, opened, requested, timersStage } from "./timers.spec-support.ts"
import { applyChanges } from "./timers.sql.ts"

const world = await timersStage()
const consumer = world.consume()
const kinds = async (streamId: string) => (await world.timers(streamId)).map(({ kind }) => kind)

it("keeps a timer from the event that sets it to the event that ends it", async () => {
  const session = newId("session")
  await world.append(session, 0, [opened])
  await world.settled()
  const [event] = await world.events(session)
  const [timer] = await world.timers(session)
  expect(timer).toMatchObject({ kind: "session-expiry", version: 1, attempts: 0 })
  expect(timer?.dueAt.getTime()).toBe((event?.recordedAt.getTime() ?? 0) + 7 * 86_400_000)
  await world.append(session, 1, [became("activated"), became("completed")])
  await world.settled()
  expect(await world.timers(session)).toEqual([])

  const approval = newId("approval")
  const all = { expiresAt: inSeconds(600), escalation: { after: "PT5M", roles: ["boss"] }, remindEvery: "PT1M" }
  await world.append(approval, 0, [requested(all)])
  await world.settled()
  expect(await kinds(approval)).toEqual(["approval-escalation", "approval-expiry", "approval-reminder"])
  await world.append(approval, 1, [{ type: "approval.escalated", data: { roles: ["boss"] } }])
  await world.settled()
  expect(await kinds(approval)).toEqual(["approval-expiry", "approval-reminder"])
  await world.append(approval, 2, [{ type: "approval.cancelled", data: { reason: null } }])
  await world.settled()
  expect(await kinds(approval)).toEqual([])
})

it("fires what is due, once, as the system, under the timer's own id", async () => {
  const session = newId("session")
  await world.append(session, 0, [opened])
  await world.settled()
  expect(await world.fire()).toEqual([])
  await world.admin`update sluice.events set recorded_at = recorded_at - interval '7 days' where stream_id = ${session}`
  await world.pass("7 days", session)
  const [timer] = await world.timers(session)
  expect((await world.fire()).map(({ outcome }) => outcome)).toEqual(["fired"])
  const [, expired] = await world.events(session)
  const id = timerCommandId("acme", session, "session-expiry", timer?.dueAt.toISOString() ?? "")
  expect(expired).toMatchObject({
    type: "session.expired",
    metadata: { actor: { kind: "system", id: "coordinator", roles: [] }, causationId: id, correlationId: id }
  })
  expect(await world.timers(session)).toEqual([])
  expect(await world.fire()).toEqual([])
  await world.settled()
  expect(await world.timers(session)).toEqual([])
})

it("moves the expiry of a session that was used meanwhile to where its newest event wants it", async () => {
  const session = newId("session")
  await world.append(session, 0, [opened])
  await world.settled()
  await world.append(session, 1, [became("activated")])
  await world.pass("7 days", session)
  expect((await world.fire()).map(({ outcome }) => outcome)).toEqual(["moved"])
  const [, activated] = await world.events(session)
  const [timer] = await world.timers(session)
  expect(timer).toMatchObject({ version: 2 })
  expect(timer?.dueAt.getTime()).toBe((activated?.recordedAt.getTime() ?? 0) + 7 * 86_400_000)
  await world.settled()
  expect(await world.timers(session)).toEqual([timer])
})

it("reminds of the newest due time after an outage, then of the next ones, and never after the decision", async () => {
  const approval = newId("approval")
  await world.append(approval, 0, [requested({ remindEvery: "PT1M" })])
  await world.admin`update sluice.events set recorded_at = recorded_at - interval '210 seconds' where stream_id = ${approval}`
  await world.settled()
  expect((await world.fire()).map(({ outcome }) => outcome)).toEqual(["fired"])
  const [asked, reminded] = await world.events(approval)
  const began = asked?.recordedAt.getTime() ?? 0
  expect(reminded?.data).toEqual({ dueAt: new Date(began + 180_000).toISOString() })
  expect((await world.timers(approval)).map(({ dueAt }) => dueAt.getTime())).toEqual([began + 240_000])
  await world.settled()
  expect((await world.timers(approval)).map(({ dueAt }) => dueAt.getTime())).toEqual([began + 240_000])

  // Decided, and the row not gone yet: it comes up, does nothing and goes.
  await world.append(approval, 2, [{ type: "approval.cancelled", data: { reason: null } }])
  await world.pass("1 hour", approval)
  expect((await world.fire()).map(({ outcome }) => outcome)).toEqual(["moot"])
  expect(await world.timers(approval)).toEqual([])
  expect(await world.types(approval)).toHaveLength(3)
  await world.settled()
  expect(await world.timers(approval)).toEqual([])
})

it("fires everything that came due in an outage once, the longest due first, also where one stream has several", async () => {
  await consumer.stop()
  const streams = Array.from({ length: 150 }, () => newId("approval"))
  for (const [index, stream] of streams.entries()) {
    const expiresAt = inSeconds(-3600 + ((index * 7919) % 3000))
    await world.append(stream, 0, [requested({ expiresAt, ...(index % 3 === 0 ? { remindEvery: "PT30M" } : {}) })])
  }
  // The reminders were due before the expiries, and there is nobody left to remind.
  await world.admin`
    update sluice.events set recorded_at = recorded_at - interval '2 hours' where stream_id = any (${streams}::text[])`
  const again = world.consume()
  await world.settled()
  const due = await world.timers()
  expect(due.filter(({ kind }) => kind === "approval-expiry")).toHaveLength(150)
  expect(due.filter(({ kind }) => kind === "approval-reminder")).toHaveLength(50)
  const before = (await world.events()).at(-1)?.position ?? 0
  const running = world.start({ batch: 16 })
  await world.nothingDue()
  await running.stop()
  const expired = (await world.events()).filter(({ position }) => position > before)
  expect(expired.map(({ type }) => type)).toEqual(streams.map(() => "approval.expired"))
  const dueAt = new Map(
    due.filter(({ kind }) => kind === "approval-expiry").map((timer) => [timer.streamId, timer.dueAt.getTime()])
  )
  const order = expired.map(({ streamId }) => dueAt.get(streamId) as number)
  expect(order).toEqual([...order].sort((a, b) => a - b))
  expect(new Set(expired.map(({ streamId }) => streamId)).size).toBe(150)
  expect((await world.timers()).filter(({ streamId }) => streams.includes(streamId))).toEqual([])
  await again.stop()
})

it("keeps in the database what the changes say, however events are batched and repeated", async () => {
  const random = (n: number) => Math.floor(Math.random() * n)
  for (let round = 0; round < 20; round++) {
    const choices = Array.from({ length: 25 }, () => random(300))
    const cuts = Array.from({ length: 10 }, () => 1 + random(5))
    const log = logOf(choices).map((event) => ({ ...event, tenant: `law${round}` }))
    const batches = batchesOf(log, cuts)
    const all = [...batches, ...batches.slice(random(batches.length))]
    for (const changes of all) await Effect.runPromise(applyChanges(changes).pipe(Effect.provide(world.layer)))
    const model: Model = new Map()
    for (const changes of all) rememberIn(model, changes)
    const rows = await world.admin<{ key: string; dueAt: Date; version: number }[]>`
      select tenant || ' ' || stream_id || ' ' || kind as key, due_at as "dueAt", version from sluice.timers
      where tenant = ${`law${round}`} order by 1`
    const wanted = [...model].map(([key, { dueAt, version }]) => ({ key, dueAt, version }))
    expect(
      rows.map((row) => ({ ...row, dueAt: row.dueAt.toISOString() })),
      JSON.stringify({ choices, cuts })
    ).toEqual(wanted.sort((a, b) => (a.key < b.key ? -1 : 1)))
  }
})
