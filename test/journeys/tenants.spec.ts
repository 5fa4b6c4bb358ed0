import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const sql = postgres(journey.database.urlFor("sluice_api"), { max: 1 })
afterAll(() => sql.end())

const manager = [{ roles: ["manager"], count: 1 }]
const everything = { roles: ["manager", "finance", "pm"], scope: "*" }

/** Two tenants with people of the same name and every right; only the first one owns something. */
const neighbours = async () => {
  const [ours, theirs] = [journey.organisation(), journey.organisation()]
  const owner = await ours.person("pat", everything)
  const stranger = await theirs.person("pat", everything)
  const session = await owner.openSession({ role: "pm" }, { "idempotency-key": "k" })
  const subject = { type: "session", id: session.body.id }
  const approval = await owner.requestApproval({ subject, required: manager, preventSelfReview: false })
  await owner.readSession(session.body.id, { minVersion: 1, wait: "10s" })
  await owner.readApproval(approval.body.id, { minVersion: 1, wait: "10s" })
  return { ours, theirs, owner, stranger, session, approval, sessionId: session.body.id, approvalId: approval.body.id }
}

describe("another tenant", () => {
  it("is told of every id that it does not exist, and changes nothing", async () => {
    const { owner, stranger, sessionId, approvalId } = await neighbours()
    const usage = { usageId: "u", meter: "tokens.input", quantity: 1, at: "2026-01-31T12:00:00Z" }
    const answers = [
      await stranger.readSession(sessionId),
      await stranger.readSession(sessionId, { minVersion: 1, wait: "10s" }),
      await stranger.updateSession(sessionId, { status: "active" }),
      await stranger.updateSession(sessionId, { status: "active" }, { "if-match": '"1"' }),
      await stranger.reportUsage(sessionId, usage),
      await stranger.readApproval(approvalId),
      await stranger.decide(approvalId, { decision: "approve" }),
      await stranger.cancel(approvalId),
      await stranger.requestApproval({ subject: { type: "session", id: sessionId }, required: manager })
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404))
    expect((await owner.readSession(sessionId)).version).toBe(1)
    expect((await owner.readApproval(approvalId)).version).toBe(1)
  })

  it("sees nothing in lists and audit, whatever it asks for", async () => {
    const { owner, stranger, sessionId, session } = await neighbours()
    const correlationId = session.headers.get("x-trace-id") as string
    const subject = `session-${sessionId}`
    expect((await owner.audit({ correlationId })).body.items).toHaveLength(1)
    const lists = [
      await stranger.listSessions(),
      await stranger.listApprovals(),
      await stranger.listApprovals({ awaiting: "me" }),
      await stranger.listApprovals({ subjectId: sessionId }),
      await stranger.audit(),
      await stranger.audit({ correlationId }),
      await stranger.audit({ actor: "pat" }),
      await stranger.audit({ subject })
    ]
    for (const { body } of lists) expect(body).toEqual({ items: [], nextCursor: null })
  })

  it("gets its own rows with somebody else's cursor, and no others", async () => {
    const { owner, stranger } = await neighbours()
    const own = await stranger.openSession({ role: "pm" })
    await stranger.readSession(own.body.id, { minVersion: 1, wait: "10s" })
    const later = await owner.openSession({ role: "pm" })
    await owner.readSession(later.body.id, { minVersion: 1, wait: "10s" })
    const cursor = (await owner.listSessions({ limit: 1 })).body.nextCursor as string
    expect((await stranger.listSessions({ cursor })).body.items.map(({ id }) => id)).toEqual([own.body.id])
    const auditCursor = (await owner.audit({ limit: 1 })).body.nextCursor as string
    const entries = (await stranger.audit({ cursor: auditCursor })).body.items
    expect(entries.map(({ subject }) => subject)).toEqual([`session-${own.body.id}`])
  })

  it("has keys of its own: the same key, caller and body are a new command", async () => {
    const { stranger, session } = await neighbours()
    const own = await stranger.openSession({ role: "pm" }, { "idempotency-key": "k" })
    expect(own.status).toBe(201)
    expect(own.body.id).not.toBe(session.body.id)
    const sent = { usageId: "u", meter: "tokens.input", quantity: 1, at: "2026-01-31T12:00:00Z" }
    expect((await stranger.reportUsage(own.body.id, sent)).status).toBe(201)
  })

  it("is kept out by the database too: the API's role sees one tenant at a time, and none unasked", async () => {
    const { ours, theirs, sessionId } = await neighbours()
    const tables = ["events", "streams", "sessions", "approvals", "audit"]
    const seen = async (tenant: string) =>
      sql.begin(async (transaction) => {
        await transaction`select set_config('sluice.tenant', ${tenant}, true)`
        return Promise.all(
          tables.map(async (table) => (await transaction.unsafe(`select distinct tenant from sluice.${table}`)).length)
        )
      })
    expect(await seen(ours.tenant)).toEqual([1, 1, 1, 1, 1])
    expect([await seen(theirs.tenant), await seen("")]).toEqual([
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0]
    ])
    for (const table of tables) expect(await sql.unsafe(`select 1 from sluice.${table}`)).toEqual([])
    await expect(sql`delete from sluice.sessions where id = ${sessionId}`).rejects.toThrow("permission denied")
    await expect(sql`select 1 from sluice.idempotency`).rejects.toThrow("permission denied")
  })
})

describe("scopes", () => {
  const id = "0197f7a2-0000-7000-8000-000000000000"
  const routes = [
    ["POST", "/v1/sessions", ["sessions:write"]],
    ["GET", "/v1/sessions", ["sessions:read"]],
    ["GET", `/v1/sessions/${id}`, ["sessions:read"]],
    ["PUT", `/v1/sessions/${id}`, ["sessions:write"]],
    ["POST", `/v1/sessions/${id}/usage`, ["sessions:write"]],
    ["POST", "/v1/approvals", ["approvals:write"]],
    ["GET", "/v1/approvals", ["approvals:read"]],
    ["GET", `/v1/approvals/${id}`, ["approvals:read"]],
    ["POST", `/v1/approvals/${id}/decisions`, ["approvals:decide"]],
    ["POST", `/v1/approvals/${id}/cancel`, ["approvals:write", "approvals:admin"]],
    ["GET", "/v1/events", ["events:read"]],
    ["GET", "/v1/audit", ["audit:read"]]
  ] as const
  const scopes = [...new Set(routes.flatMap(([, , needed]) => needed))]

  it.each(routes)("%s %s lets through %j and nothing else", async (method, path, needed) => {
    const { person } = journey.organisation()
    const request = method === "GET" ? {} : { raw: "{}" }
    for (const scope of scopes) {
      const { status } = await (await person("pat", { scope })).ask(method, path, request)
      expect([scope, status === 403]).toEqual([scope, !(needed as ReadonlyArray<string>).includes(scope)])
    }
    const refused = await (await person("pat", { scope: "billing:read runs:admin" })).ask(method, path, request)
    expect(problemOf(refused)).toMatchObject({ status: 403, type: "urn:sluice:problem:scope-missing", scopes: needed })
  })

  it("a token that may only read reads, and changes nothing", async () => {
    const { owner, ours, sessionId, approvalId } = await neighbours()
    const reader = await ours.person("rea", { roles: ["manager"], scope: "sessions:read approvals:read audit:read" })
    expect((await reader.readSession(sessionId)).status).toBe(200)
    expect((await reader.listApprovals({ awaiting: "me" })).body.items).toHaveLength(1)
    expect((await reader.audit()).body.items).toHaveLength(2)
    const changes = [
      await reader.openSession({ role: "pm" }),
      await reader.updateSession(sessionId, { status: "active" }),
      await reader.decide(approvalId, { decision: "approve" }),
      await reader.cancel(approvalId)
    ]
    expect(changes.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect((await owner.readApproval(approvalId)).version).toBe(1)
  })
})
