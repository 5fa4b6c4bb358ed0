import { jetstreamManager } from "@nats-io/jetstream"
import { CloudEvent, cloudEventType } from "@sluice/contracts/event/event.cloud-event"
import { schemaVersionOf } from "@sluice/contracts/event/event.registry"
import { eventSubject } from "@sluice/contracts/event/event.subjects"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, expect, it } from "vitest"
import { scrape } from "../support/journey.metrics.ts"
import { journeyStack } from "../support/journey.stack.ts"

/*
 * From a command to a row, step by step. The files on the way, in this order:
 * contracts/src/approval/approval.commands.ts, services/api/src/approvals/approvals.handlers.ts,
 * libs/approval/src/approval.decide.ts, contracts/src/approval/approval.events.ts,
 * libs/event-store/src/command-bus.ts with db/functions/append.sql, services/outbox-relay/src/relay.loop.ts,
 * services/projector/src/approvals/approvals.projection.ts, services/api/src/approvals/approvals.queries.ts
 */
const journey = await journeyStack()
const sql = postgres(journey.database.adminUrl, { max: 1 })
const nats = await journey.connectNats()
afterAll(() => sql.end())

const { tenant, person } = journey.organisation()
const pam = await person("pam", { roles: ["pm"] })
const max = await person("max", { roles: ["manager"] })
const question = { subject: { type: "custom", id: "purchase-7" }, required: [{ roles: ["manager"], count: 1 }] }
const urlOf = (service: "api" | "outbox-relay" | "projector") => journey.stack.services.get(service)?.url as string

const requested = await pam.requestApproval(question, { "idempotency-key": "purchase-7" })
const decided = await max.decide(requested.body.id, { decision: "approve", comment: "go ahead" })
const { id } = requested.body
const stream = `approval-${id}`

interface EventRow {
  readonly position: number
  readonly version: number
  readonly event_id: string
  readonly type: string
  readonly data: unknown
  readonly metadata: { readonly actor: { readonly id: string }; readonly correlationId: string }
  readonly recorded_at: Date
  readonly transaction: string
}
const events = await sql<EventRow[]>`
  select position::int, version, event_id, type, data, metadata, recorded_at, xmin::text as transaction
  from sluice.events where tenant = ${tenant} and stream_id = ${stream} order by version`

it("1. two commands over HTTP are answered with the approval as it is then", () => {
  expect(requested).toMatchObject({
    status: 201,
    version: 1,
    body: { status: "pending", outstanding: question.required }
  })
  expect(decided).toMatchObject({ status: 200, version: 3, body: { status: "approved", outstanding: [] } })
})

it("2. what was decided are events: facts with who, when and as part of what", () => {
  expect(events.map(({ version, type }) => [version, type])).toEqual([
    [1, "approval.requested"],
    [2, "approval.decision-recorded"],
    [3, "approval.approved"]
  ])
  expect(events.map(({ metadata }) => metadata.actor.id)).toEqual(["pam", "max", "max"])
  expect(events[1]?.data).toEqual({ verdict: "approve", comment: "go ahead", contentHash: null })
  expect(events[2]?.recorded_at.toISOString()).toBe(decided.body.decidedAt)
})

it("3. events, outbox rows and idempotency record were committed in one transaction per command", async () => {
  const outbox = await sql`
    select position::int, subject, xmin::text as transaction from sluice.outbox
    where position = any(${events.map(({ position }) => position)}) order by position`
  expect(outbox.map((row) => ({ ...row }))).toEqual(
    events.map(({ position, type, transaction }) => ({
      position,
      subject: eventSubject(tenant, type, stream),
      transaction
    }))
  )
  const [key] = await sql`
    select stream_id, version, xmin::text as transaction from sluice.idempotency
    where tenant = ${tenant} and scope = 'caller:pam' and key = 'purchase-7'`
  expect(key).toEqual({ stream_id: stream, version: 1, transaction: events[0]?.transaction })
  expect(events[1]?.transaction).toBe(events[2]?.transaction)
  expect(events[0]?.transaction).not.toBe(events[1]?.transaction)
})

it("4. the relay publishes each as a CloudEvent to JetStream, under the id of its event", async () => {
  expect(await pam.readApproval(id, { minVersion: 3, wait: "10s" })).toMatchObject({ status: 200 })
  const { streams } = await jetstreamManager(nats)
  for (const event of events) {
    const message = await streams.getMessage("EVENTS", { last_by_subj: eventSubject(tenant, event.type, stream) })
    expect(message?.header.get("Nats-Msg-Id")).toBe(event.event_id)
    const sent = Schema.decodeUnknownSync(CloudEvent, { onExcessProperty: "error" })(message?.json())
    expect(sent).toMatchObject({
      id: event.event_id,
      type: cloudEventType(event.type, schemaVersionOf(event.type)),
      subject: stream,
      time: event.recorded_at.toISOString(),
      tenant,
      streamversion: event.version,
      position: event.position,
      correlationid: event.metadata.correlationId,
      data: event.data
    })
  }
})

it("5. the projector folds them into one row of the read model", async () => {
  const rows = await sql`
    select version, status, subject_type, subject_id, view from sluice.approvals where tenant = ${tenant} and id = ${id}`
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ version: 3, status: "approved", subject_type: "custom", subject_id: "purchase-7" })
  expect(rows[0]?.view).toEqual(decided.body)
})

it("6. a query reads that row, for this tenant alone", async () => {
  const read = await pam.readApproval(id)
  expect(read).toMatchObject({ status: 200, version: 3 })
  expect(read.body).toEqual(decided.body)
  expect((await pam.listApprovals({ subjectId: "purchase-7" })).body.items).toEqual([decided.body])
  const stranger = await journey.organisation().person("pam", { roles: ["manager"] })
  expect((await stranger.readApproval(id)).status).toBe(404)
})

it("7. the audit tells who did what as part of which request", async () => {
  const { items } = (await pam.audit({ subject: stream })).body
  expect(items.map(({ eventId }) => eventId)).toEqual(events.map(({ event_id }) => event_id).toReversed())
  const trace = decided.headers.get("x-trace-id") as string
  const ofDecision = (await pam.audit({ correlationId: trace })).body.items
  expect(ofDecision.map(({ type, actor }) => [type, actor.id])).toEqual([
    ["approval.approved", "max"],
    ["approval.decision-recorded", "max"]
  ])
})

it("8. metrics show each step", async () => {
  const api = await scrape(urlOf("api"))
  expect(api.value("sluice_commands_total", { command: "approval.request", outcome: "accepted" })).toBe(1)
  expect(api.value("sluice_commands_total", { command: "approval.decide", outcome: "accepted" })).toBe(1)
  expect(api.value("sluice_batch_commands_sum")).toBe(2)
  const consumer = { consumer: "projector" }
  const steps = async () => {
    const [relay, projector] = [await scrape(urlOf("outbox-relay")), await scrape(urlOf("projector"))]
    return {
      published: relay.value("sluice_relay_published_total"),
      waiting: relay.value("sluice_outbox_depth"),
      applied: projector.value("sluice_consumer_applied_total", consumer),
      lag: projector.value("sluice_consumer_lag_events", consumer)
    }
  }
  // Depth and lag are looked at once in a while.
  await expect.poll(steps, { timeout: 20_000 }).toEqual({ published: 3, waiting: 0, applied: 3, lag: 0 })
})
