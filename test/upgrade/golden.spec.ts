import { jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { goldenSamples } from "@sluice/contracts/event/event.golden.spec-support"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import { recordedStack } from "../support/recorded.stack.ts"

/*
 * A log of every event there ever was, in the version of its time: the golden samples, in a fresh database, under a whole
 * stack of today. Their streams tell no sensible story, and every reader must do something sensible with them all the same.
 */
const samples = goldenSamples().toSorted((a, b) => a.event.version - b.event.version)
const old = await recordedStack()
await old.record(samples.map(({ event }) => event))
const { person, sluice } = await old.start()
const ann = await person("acme", "ann", { roles: ["pm"] })

beforeAll(async () => {
  const verified = await sluice("verify", "--wait", "60", "--json")
  expect(JSON.parse(verified.out || "{}"), verified.out + verified.err).toMatchObject({ ok: true })
}, 120_000)

describe("every golden sample in a database", () => {
  it("is held as it was written, old versions too", async () => {
    const rows = await old.sql`
      select event_id as "eventId", type, schema_version as "schemaVersion", data, metadata from sluice.events
      where event_id = any (${samples.map(({ event }) => event.eventId)}) order by event_id`
    const written = samples.map(({ event: { eventId, type, schemaVersion, data, metadata } }) => ({
      ...{ eventId, type, schemaVersion, data, metadata }
    }))
    expect(rows.map((row) => ({ ...row }))).toEqual(written.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1)))
    expect(rows.filter(({ type, schemaVersion }) => type === "approval.requested" && schemaVersion === 1)).toHaveLength(
      2
    )
  })

  it("stops nobody: nothing is parked, behind or drifted", async () => {
    expect(await old.sql`select consumer, stream_id, error from sluice.consumer_parked`).toHaveLength(0)
    const behind = await old.sql`
      select consumer from sluice.consumers where position < (select max(position) from sluice.events)`
    expect(behind.map(({ consumer }) => consumer)).toEqual([])
  })

  it("is in JetStream under the version it was written in", async () => {
    const nats = await connect({ servers: old.broker.url })
    afterAll(() => nats.close())
    const manager = await jetstreamManager(nats)
    const { state } = await manager.streams.info("EVENTS")
    const sent = new Map<string, { type: string; data: unknown }>()
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const event = (await manager.streams.getMessage("EVENTS", { seq }))?.json<{
        id: string
        type: string
        data: unknown
      }>()
      if (event !== undefined) sent.set(event.id, event)
    }
    for (const { json } of samples) {
      const { id, type, data, actor } = json as { id: string; type: string; data: unknown; actor: unknown }
      expect(sent.get(id)).toMatchObject({ type, data, actor })
    }
  })

  it("is in the audit as it was written", async () => {
    for (const { event } of samples) {
      const { eventId, type, data, streamId, metadata } = event
      const { items } = (await ann.audit({ subject: streamId, limit: 200 })).body
      const entry = items.find((item) => item.eventId === eventId)
      expect(entry).toMatchObject({ type, data, actor: metadata.actor, causationId: metadata.causationId })
    }
  })
})

describe("what golden samples come to, read today", () => {
  const idIn = (file: string) => idOf(samples.find((sample) => sample.file === file)?.event.streamId as string)

  it.each([
    ["/v1/sessions/", "session.opened.v1.json", { status: "completed" }],
    ["/v1/approvals/", "approval.requested.v1.json", { status: "approved", requestedBy: { id: "agent-7" } }],
    ["/v1/approvals/", "approval.requested.v1.asked-in-person.json", { status: "pending", requestedBy: { id: "mia" } }],
    ["/v1/approvals/", "approval.requested.v2.json", { requestedBy: { id: "agent-7" } }],
    ["/v1/runs/", "run.started.v1.json", {}],
    ["/v1/budgets/", "budget.created.v1.json", {}]
  ])("%s of %s", async (path, file, shown) => {
    const id = idIn(file)
    expect(await ann.ask("GET", path + id)).toMatchObject({ status: 200, body: { id, ...shown } })
  })
})

describe("an approval that was asked for under version 1, by whom the envelope names", () => {
  const asked = samples.find(({ file }) => file === "approval.requested.v1.asked-in-person.json")
  const id = idOf(asked?.event.streamId as string)

  it("is not decided by who asked", async () => {
    const mia = await person("acme", "mia", { roles: ["manager"] })
    const refused = await mia.decide(id, { decision: "approve" })
    expect(refused.status).toBe(403)
    expect(problemOf(refused).title).toBe("Self review forbidden")
    expect((await mia.listApprovals({ awaiting: "me", limit: 200 })).body.items.map((item) => item.id)).not.toContain(
      id
    )
  })

  it("is decided today by somebody else, and everybody reads and hears of it", { timeout: 120_000 }, async () => {
    const max = await person("acme", "max", { roles: ["manager"] })
    const waiting = (await max.listApprovals({ awaiting: "me", limit: 200 })).body.items
    expect(waiting.map((item) => item.id)).toContain(id)
    const decided = await max.decide(id, { decision: "approve", comment: "at last" })
    expect(decided).toMatchObject({ status: 200, version: 3, body: { status: "approved", requestedBy: { id: "mia" } } })
    const read = await ann.readApproval(id, { minVersion: 3, wait: "10s" })
    expect(read).toMatchObject({ status: 200, body: decided.body })
    const verified = await sluice("verify", "--wait", "60", "--json")
    expect(JSON.parse(verified.out)).toMatchObject({ ok: true })
    const mia = await person("acme", "mia")
    const { body } = await mia.ask<{ items: ReadonlyArray<object> }>("GET", "/v1/notifications")
    expect(body.items).toContainEqual(
      expect.objectContaining({ rule: "approval-approved", path: `/v1/approvals/${id}` })
    )
  })
})
