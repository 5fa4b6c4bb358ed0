import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"

const { call, token } = await runningApi()

const custom = { subject: { type: "custom", id: "deploy-7" }, required: [{ roles: ["finance"], count: 1 }] }
const request = async (more: object = {}) => (await call("/v1/approvals", { json: { ...custom, ...more } })).body
const person = (sub: string, ...roles: ReadonlyArray<string>) => token({ sub, roles: [...roles] })
const decide = (id: string, json: object, by: string) => call(`/v1/approvals/${id}/decisions`, { json, token: by })
const unknown = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"

const [fiona, manfred, both] = await Promise.all([
  person("fiona", "finance"),
  person("manfred", "manager"),
  person("bo", "finance", "manager")
])

describe("requesting an approval", () => {
  it("answers 201 with what was asked and by whom", async () => {
    const requested = await call("/v1/approvals", { json: { ...custom, contentHash: "sha256:1", remindEvery: "PT1H" } })
    expect(requested).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: `/v1/approvals/${requested.body.id}` },
      body: {
        ...custom,
        status: "pending",
        outstanding: custom.required,
        preventSelfReview: true,
        requestedBy: { kind: "user", id: "ada", roles: ["pm"] },
        decisions: [],
        version: 1
      }
    })
  })

  it("about a session needs the session", async () => {
    const about = (id: string) => ({ json: { ...custom, subject: { type: "session", id } } })
    expectProblem(await call("/v1/approvals", about(unknown)), 404, "session-not-found", { sessionId: unknown })
    expectProblem(await call("/v1/approvals", about("anything")), 404, "session-not-found")
    const session = await call("/v1/sessions", { json: { role: "pm" } })
    expect((await call("/v1/approvals", about(session.body.id))).status).toBe(201)
    const stranger = { ...about(session.body.id), token: await token({ tenant: "other" }) }
    expectProblem(await call("/v1/approvals", stranger), 404, "session-not-found")
  })

  it("about what the system asks for is the system's", async () => {
    for (const type of ["checkpoint", "signoff", "budget"])
      expectProblem(
        await call("/v1/approvals", { json: { ...custom, subject: { type, id: "x" } } }),
        403,
        "system-subject"
      )
  })

  it("names every fault of the input", async () => {
    const json = { subject: { type: "x", id: "" }, required: [{ roles: [], count: 0 }], expiresAt: "soon", more: 1 }
    const answer = await call("/v1/approvals", { json })
    expectProblem(answer, 422, "input-refused")
    expect([...new Set(pointers(answer))].toSorted()).toEqual(
      ["/expiresAt", "/more", "/required/0/count", "/required/0/roles", "/subject/id", "/subject/type"].toSorted()
    )
    const past = await call("/v1/approvals", { json: { ...custom, expiresAt: "2020-01-01T00:00:00Z" } })
    expectProblem(past, 422, "input-refused", { errors: [{ pointer: "/expiresAt", message: "must be in the future" }] })
  })
})

describe("deciding an approval", () => {
  it("is for who holds a required role, and never for who asked", async () => {
    const { id } = await request()
    expectProblem(await decide(id, { decision: "approve" }, manfred), 403, "not-allowed-to-decide", {
      roles: ["finance"]
    })
    expectProblem(
      await decide(id, { decision: "approve" }, await person("ada", "finance")),
      403,
      "self-review-forbidden"
    )
    const decided = await decide(id, { decision: "approve", comment: "fine" }, fiona)
    expect(decided).toMatchObject({
      status: 200,
      headers: { etag: '"3"' },
      body: { status: "approved", outstanding: [] }
    })
  })

  it("is approve or reject and nothing else", async () => {
    const { id } = await request()
    const answer = await decide(id, { decision: "maybe" }, fiona)
    expectProblem(answer, 422, "input-refused")
    expect(pointers(answer)).toEqual(["/decision"])
    expectProblem(await decide(unknown, { decision: "maybe" }, fiona), 404, "approval-not-found")
  })

  it("the same way again changes nothing, any other way is too late and says who decided", async () => {
    const { id } = await request()
    await decide(id, { decision: "approve" }, fiona)
    expect(await decide(id, { decision: "approve" }, fiona)).toMatchObject({ status: 200, headers: { etag: '"3"' } })
    expectProblem(await decide(id, { decision: "reject" }, both), 409, "already-decided", {
      state: "approved",
      decidedBy: { id: "fiona" }
    })
  })

  it("has one outcome when two decide unlike at the same instant", async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await request()
      const answers = await Promise.all([
        decide(id, { decision: "approve" }, fiona),
        decide(id, { decision: "reject" }, both)
      ])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    }
  })

  it("fills one place per person, whichever lets the rest be filled", async () => {
    const twice = await request({ required: [{ roles: ["finance"], count: 2 }] })
    await decide(twice.id, { decision: "approve" }, fiona)
    expect((await decide(twice.id, { decision: "approve" }, fiona)).body.status).toBe("pending")
    const required = ["finance", "manager"].map((role) => ({ roles: [role], count: 1 }))
    const { id } = await request({ required })
    expect((await decide(id, { decision: "approve" }, both)).body.status).toBe("pending")
    expect((await decide(id, { decision: "approve" }, fiona)).body.status).toBe("approved")
  })

  it("of content names that content", async () => {
    const { id } = await request({ contentHash: "sha256:1" })
    expectProblem(await decide(id, { decision: "approve" }, fiona), 422, "content-hash-required")
    const other = await decide(id, { decision: "approve", contentHash: "sha256:2" }, fiona)
    expectProblem(other, 409, "content-changed", { contentHash: "sha256:1" })
    expect((await decide(id, { decision: "approve", contentHash: "sha256:1" }, fiona)).body.status).toBe("approved")
  })

  it("is too late at expiresAt, though no timer has fired", async () => {
    const quorum = [{ roles: ["finance"], count: 100 }]
    const { id } = await request({ required: quorum, expiresAt: new Date(Date.now() + 300).toISOString() })
    let voter = 0
    const vote = async () => decide(id, { decision: "approve" }, await person(`voter ${voter++}`, "finance"))
    let answer = await vote()
    while (answer.status === 200) answer = await vote()
    expectProblem(answer, 409, "approval-lapsed")
  })
})

describe("cancelling an approval", () => {
  const cancel = (id: string, by: string) =>
    call(`/v1/approvals/${id}/cancel`, { json: { reason: "obsolete" }, token: by })

  it("is for who asked, or an administrator; again changes nothing; decided ones stay decided", async () => {
    const one = await request()
    const scope = "approvals:write"
    expectProblem(await cancel(one.id, await token({ sub: "eve", scope })), 403, "not-your-approval")
    expect((await cancel(one.id, await token({ scope }))).body).toMatchObject({ status: "cancelled", version: 2 })
    expect(await cancel(one.id, await token({ scope }))).toMatchObject({ status: 200, headers: { etag: '"2"' } })
    const other = await request()
    expect((await cancel(other.id, await token({ sub: "root", scope: "approvals:admin" }))).status).toBe(200)
    const decided = await request()
    await decide(decided.id, { decision: "reject" }, fiona)
    expectProblem(await cancel(decided.id, await token({ scope })), 409, "already-decided", { state: "rejected" })
    expectProblem(await cancel(unknown, await token({ scope })), 404, "approval-not-found")
  })
})
