import { describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
const CORRELATION = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`

describe("what a request belongs to", () => {
  it("traceparent goes into the answer, the event and the audit", async () => {
    const pm = await journey.organisation().person("pm", { roles: ["pm"], kind: "agent" })
    const opened = await pm.openSession({ role: "pm" }, { traceparent, "x-trace-id": "f".repeat(32) })
    expect(opened.headers.get("x-trace-id")).toBe(TRACE)
    await pm.readSession(opened.body.id, { minVersion: 1, wait: "10s" })
    const { items } = (await pm.audit({ correlationId: TRACE })).body
    expect(items).toEqual([
      {
        position: expect.any(Number),
        eventId: expect.any(String),
        type: "session.opened",
        subject: `session-${opened.body.id}`,
        version: 1,
        time: opened.body.createdAt,
        actor: { kind: "agent", id: "pm", roles: ["pm"] },
        correlationId: CORRELATION,
        causationId: expect.any(String),
        data: { role: "pm", taskId: null, metadata: {} }
      }
    ])
    expect((await pm.audit({ correlationId: CORRELATION })).body.items).toEqual(items)
  })

  it("X-Trace-Id is used where there is no traceparent, and is made up where there is neither", async () => {
    const pm = await journey.organisation().person("pm")
    const named = await pm.openSession({ role: "pm" }, { "x-trace-id": TRACE.toUpperCase() })
    expect(named.headers.get("x-trace-id")).toBe(TRACE)
    const unnamed = await pm.openSession({ role: "pm" }, { traceparent: "00-broken", "x-trace-id": "short" })
    const made = unnamed.headers.get("x-trace-id") as string
    expect(made).toMatch(/^[0-9a-f]{32}$/)
    await pm.readSession(unnamed.body.id, { minVersion: 1, wait: "10s" })
    const subjects = (await pm.audit({ correlationId: made })).body.items.map(({ subject }) => subject)
    expect(subjects).toEqual([`session-${unnamed.body.id}`])
  })

  it("refusals and reads carry a trace too, and leave no event", async () => {
    const pm = await journey.organisation().person("pm")
    const refused = await pm.openSession({}, { traceparent })
    expect(refused.headers.get("x-trace-id")).toBe(TRACE)
    expect((await pm.listSessions()).headers.get("x-trace-id")).toMatch(/^[0-9a-f]{32}$/)
    expect((await pm.audit()).body.items).toEqual([])
  })
})

describe("GET /v1/audit", () => {
  const story = async () => {
    const { person } = journey.organisation()
    const pam = await person("pam")
    const max = await person("max", { roles: ["manager"] })
    const session = await pam.openSession({ role: "pm" })
    await pam.readSession(session.body.id, { minVersion: 1, wait: "10s" })
    const active = await pam.updateSession(session.body.id, { status: "active" })
    const subject = { type: "session", id: session.body.id }
    const asked = await pam.requestApproval({ subject, required: [{ roles: ["manager"], count: 1 }] })
    const decided = await max.decide(asked.body.id, { decision: "approve" })
    await pam.readApproval(asked.body.id, { minVersion: decided.version, wait: "10s" })
    return { pam, session, active, asked, decided }
  }
  const ALL = [
    "approval.approved",
    "approval.decision-recorded",
    "approval.requested",
    "session.activated",
    "session.opened"
  ]

  it("shows every event, newest first, paged by position", async () => {
    const { pam } = await story()
    const { items, nextCursor } = (await pam.audit()).body
    expect(items.map(({ type }) => type)).toEqual(ALL)
    expect(nextCursor).toBeNull()
    const positions = items.map(({ position }) => position)
    expect(positions).toEqual(positions.toSorted((one, other) => other - one))
    const first = (await pam.audit({ limit: 3 })).body
    const second = (await pam.audit({ limit: 3, cursor: first.nextCursor as string })).body
    expect([...first.items, ...second.items]).toEqual(items)
    expect(second.nextCursor).toBeNull()
  })

  it("filters by actor, subject and correlation id; events of one command share cause and correlation", async () => {
    const { pam, session, decided } = await story()
    const types = async (query: Record<string, string>) => (await pam.audit(query)).body.items.map(({ type }) => type)
    expect(await types({ actor: "max" })).toEqual(["approval.approved", "approval.decision-recorded"])
    expect(await types({ subject: `session-${session.body.id}` })).toEqual(["session.activated", "session.opened"])
    expect(await types({ actor: "max", subject: `session-${session.body.id}` })).toEqual([])
    const correlationId = decided.headers.get("x-trace-id") as string
    const { items } = (await pam.audit({ correlationId })).body
    expect(items.map(({ version }) => version)).toEqual([3, 2])
    expect(new Set(items.map(({ causationId }) => causationId)).size).toBe(1)
  })

  it("filters by time: from inclusive, to exclusive", async () => {
    const { pam, session, active } = await story()
    const types = async (query: Record<string, string>) => (await pam.audit(query)).body.items.map(({ type }) => type)
    const [opening, activation] = [session.body.createdAt, active.body.updatedAt]
    expect(activation > opening).toBe(true)
    expect(await types({ from: opening, to: activation })).toEqual(["session.opened"])
    expect(await types({ from: activation })).toEqual(ALL.slice(0, 4))
    expect(await types({ to: opening })).toEqual([])
    expect(problemOf(await pam.audit({ from: "2026-02-31T00:00:00Z" }))).toMatchObject({
      status: 400,
      errors: [{ pointer: "/query/from" }]
    })
  })
})
