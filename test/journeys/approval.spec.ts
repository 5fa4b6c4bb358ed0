import { describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import type { Person } from "../support/journey.person.ts"
import { journeyStack } from "../support/journey.stack.ts"

/** Without the coordinator: what holds before a timer fires has to hold without one. */
const journey = await journeyStack({ services: ["api", "outbox-relay", "projector"] })
const UNKNOWN = "0197f7a2-0000-7000-8000-000000000000"
const budget = { type: "custom", id: "purchase-1" }
const oneManager = [{ roles: ["manager"], count: 1 }]

/** Pam asks; Max and Mia are managers, Fay is in finance, Bo is both, Ned is neither. */
const people = async () => {
  const { person } = journey.organisation()
  const [pam, max, mia, fay, bo, ned] = await Promise.all([
    person("pam"),
    person("max", { roles: ["manager"] }),
    person("mia", { roles: ["manager"] }),
    person("fay", { roles: ["finance"] }),
    person("bo", { roles: ["finance", "manager"] }),
    person("ned", { roles: ["intern"] })
  ])
  return { pam, max, mia, fay, bo, ned } as Record<"pam" | "max" | "mia" | "fay" | "bo" | "ned", Person>
}

const asked = async (question: object = {}) => {
  const everybody = await people()
  const answer = await everybody.pam.requestApproval({ subject: budget, required: oneManager, ...question })
  expect(answer.status).toBe(201)
  return { ...everybody, id: answer.body.id, requested: answer }
}
const approve = { decision: "approve" }
const reject = { decision: "reject" }

describe("the table of approvals", () => {
  it("a session subject that does not exist: 404", async () => {
    const { pam } = await people()
    const refused = await pam.requestApproval({ subject: { type: "session", id: UNKNOWN }, required: oneManager })
    expect(problemOf(refused)).toMatchObject({ status: 404, sessionId: UNKNOWN })
  })

  it("a decision neither approve nor reject: 422", async () => {
    const { max, id } = await asked()
    const refused = await max.decide(id, { decision: "abstain" })
    expect(refused.status).toBe(422)
    expect(problemOf(refused).errors?.map(({ pointer }) => pointer)).toEqual(["/decision"])
  })

  it("an actor without a required role: 403", async () => {
    const { ned, id } = await asked()
    const refused = await ned.decide(id, approve)
    expect(problemOf(refused)).toMatchObject({ status: 403, roles: ["manager"] })
  })

  it("the requester decides own request: 403", async () => {
    const { max } = await people()
    const own = await max.requestApproval({ subject: budget, required: oneManager })
    const refused = await max.decide(own.body.id, approve)
    expect(problemOf(refused)).toMatchObject({ status: 403, type: "urn:sluice:problem:self-review-forbidden" })
  })

  it("two approvers at the same instant, one place, unlike verdicts: one decides, the other 409, one outcome", async () => {
    const { pam, max, mia } = await people()
    for (let round = 0; round < 30; round++) {
      const subject = { type: "custom", id: `purchase-${round}` }
      const { id } = (await pam.requestApproval({ subject, required: oneManager })).body
      const first = round % 2 === 0 ? [max, mia] : [mia, max]
      const answers = await Promise.all(
        first.map((manager, index) => manager.decide(id, index === 0 ? approve : reject))
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      const [won, lost] = answers[0]?.status === 200 ? answers : answers.toReversed()
      const { status, decisions, version, decidedAt } = won?.body ?? {}
      expect(decisions).toHaveLength(1)
      const outcome = { status: 409, state: status, decidedBy: decisions?.[0]?.actor, decidedAt }
      expect(lost && problemOf(lost)).toMatchObject(outcome)
      expect((await pam.readApproval(id, { minVersion: 3, wait: "10s" })).body).toEqual(won?.body)
      expect(version).toBe(3)
    }
  })

  it("two places, same person twice: still pending", async () => {
    const { max, mia, id } = await asked({ required: [{ roles: ["manager"], count: 2 }] })
    const first = await max.decide(id, approve)
    expect(first.body).toMatchObject({ status: "pending", outstanding: [{ roles: ["manager"], count: 1 }], version: 2 })
    expect(await max.decide(id, approve)).toMatchObject({ status: 200, version: 2, body: { status: "pending" } })
    const second = await mia.decide(id, approve)
    expect(second.body).toMatchObject({ status: "approved", outstanding: [], version: 4 })
  })

  it("finance + manager wanted; first approver holds both roles, second only finance: approved", async () => {
    const required = [
      { roles: ["finance"], count: 1 },
      { roles: ["manager"], count: 1 }
    ]
    const { bo, fay, id } = await asked({ required })
    expect((await bo.decide(id, approve)).body).toMatchObject({
      status: "pending",
      outstanding: [{ roles: ["manager", "finance"], count: 1 }]
    })
    expect((await fay.decide(id, approve)).body).toMatchObject({ status: "approved", outstanding: [] })
  })
})

describe("asking", () => {
  it("keeps everything that was asked: 201, pending, version 1", async () => {
    const links = [{ title: "Quote", url: "https://example.org/quote" }]
    const question = { reason: "laptops", links, contentHash: "sha256:1", expiresAt: "2999-01-01T00:00:00+01:00" }
    const { pam, requested } = await asked(question)
    expect(requested).toMatchObject({ status: 201, version: 1 })
    expect(requested.body).toEqual({
      id: requested.body.id,
      subject: budget,
      status: "pending",
      required: oneManager,
      outstanding: oneManager,
      preventSelfReview: true,
      reason: "laptops",
      links,
      contentHash: "sha256:1",
      requestedBy: { kind: "user", id: "pam", roles: [] },
      decisions: [],
      expiresAt: "2998-12-31T23:00:00.000Z",
      version: 1,
      createdAt: requested.body.createdAt,
      decidedAt: null
    })
    const location = requested.headers.get("location") as string
    expect(location).toBe(`/v1/approvals/${requested.body.id}`)
    const read = await pam.ask("GET", location, { query: { minVersion: 1, wait: "10s" } })
    expect(read.body).toEqual(requested.body)
  })

  it("about a session that exists, whatever the case of its id", async () => {
    const { pam } = await people()
    const session = await pam.openSession({ role: "pm" })
    const subject = { type: "session", id: session.body.id.toUpperCase() }
    expect((await pam.requestApproval({ subject, required: oneManager })).status).toBe(201)
  })

  it.each(["checkpoint", "signoff", "budget"])("about a %s: 403, the system alone asks", async (type) => {
    const { pam } = await people()
    const refused = await pam.requestApproval({ subject: { type, id: UNKNOWN }, required: oneManager })
    expect(problemOf(refused)).toMatchObject({ status: 403, subjectType: type })
  })

  it.each([
    ["an expiresAt in the past", { expiresAt: "2020-01-01T00:00:00Z" }, "/expiresAt"],
    ["nobody who could decide", { required: [] }, "/required"],
    ["an entry without roles", { required: [{ roles: [], count: 1 }] }, "/required/0/roles"],
    ["a count of none", { required: [{ roles: ["manager"], count: 0 }] }, "/required/0/count"],
    ["a link that is no web address", { links: [{ title: "x", url: "javascript:alert(1)" }] }, "/links/0/url"],
    ["a subject of no known type", { subject: { type: "lunch", id: "1" } }, "/subject/type"],
    ["an escalation without end", { escalation: { after: "P1M", roles: ["cfo"] } }, "/escalation/after"],
    ["an unknown field", { urgent: true }, "/urgent"]
  ])("with %s: 422 naming it", async (_, question, pointer) => {
    const { pam } = await people()
    const refused = await pam.requestApproval({ subject: budget, required: oneManager, ...question })
    expect(refused.status).toBe(422)
    expect(problemOf(refused).errors?.map((fault) => fault.pointer)).toEqual([pointer])
  })
})

describe("deciding", () => {
  it("records who, what, why and when", async () => {
    const { max, id } = await asked()
    const { body } = await max.decide(id, { ...reject, comment: "too dear" })
    expect(body).toMatchObject({ status: "rejected", version: 3, outstanding: oneManager })
    const actor = { kind: "user", id: "max", roles: ["manager"] }
    expect(body.decisions).toEqual([{ actor, verdict: "reject", comment: "too dear", at: body.decidedAt }])
  })

  it("one reject rejects, whoever has approved", async () => {
    const { max, mia, id } = await asked({ required: [{ roles: ["manager"], count: 2 }] })
    await max.decide(id, approve)
    expect((await mia.decide(id, reject)).body).toMatchObject({ status: "rejected" })
  })

  it("while pending, one's own approve may become a reject", async () => {
    const { max, id } = await asked({ required: [{ roles: ["manager"], count: 2 }] })
    await max.decide(id, approve)
    expect((await max.decide(id, reject)).body).toMatchObject({ status: "rejected" })
  })

  it("the same verdict again changes nothing; any other late decision gets 409 with the state and who decided", async () => {
    const { max, mia, id } = await asked()
    await max.decide(id, approve)
    expect(await max.decide(id, approve)).toMatchObject({ status: 200, version: 3 })
    for (const late of [await max.decide(id, reject), await mia.decide(id, approve), await mia.decide(id, reject)])
      expect(problemOf(late)).toMatchObject({ status: 409, state: "approved", decidedBy: { id: "max" } })
  })

  it("with a content hash: an approve must carry it (422), another one is refused (409), a reject needs none", async () => {
    const { max, mia, id } = await asked({ contentHash: "v1", required: [{ roles: ["manager"], count: 2 }] })
    expect(problemOf(await max.decide(id, approve))).toMatchObject({
      status: 422,
      type: "urn:sluice:problem:content-hash-required"
    })
    expect(problemOf(await max.decide(id, { ...approve, contentHash: "v2" }))).toMatchObject({
      status: 409,
      contentHash: "v1"
    })
    expect((await max.decide(id, { ...approve, contentHash: "v1" })).body).toMatchObject({ status: "pending" })
    expect((await mia.decide(id, reject)).body).toMatchObject({ status: "rejected" })
  })

  it("one's own request may be decided where self-review is allowed", async () => {
    const { max } = await people()
    const own = await max.requestApproval({ subject: budget, required: oneManager, preventSelfReview: false })
    expect((await max.decide(own.body.id, approve)).body).toMatchObject({ status: "approved" })
  })

  it("after expiresAt: refused, though no timer has fired", async () => {
    const expiresAt = new Date(Date.now() + 2_000).toISOString()
    const { pam, max, mia, id } = await asked({ expiresAt, required: [{ roles: ["manager"], count: 2 }] })
    expect((await mia.decide(id, approve)).body).toMatchObject({ status: "pending" })
    await expect
      .poll(async () => (await pam.requestApproval({ subject: budget, required: oneManager, expiresAt })).status, {
        timeout: 20_000
      })
      .toBe(422)
    for (const verdict of [approve, reject])
      expect(problemOf(await max.decide(id, verdict))).toMatchObject({
        status: 409,
        type: "urn:sluice:problem:approval-lapsed",
        expiresAt
      })
    expect(await mia.decide(id, approve)).toMatchObject({ status: 200, version: 2 })
    const read = await pam.readApproval(id, { minVersion: 2, wait: "10s" })
    expect(read.body).toMatchObject({ status: "pending", decidedAt: null })
  })
})

describe("cancelling", () => {
  it("one's own: 200, again 200; a decision afterwards: 409", async () => {
    const { pam, max, id } = await asked()
    expect(await pam.cancel(id, { reason: "not needed" })).toMatchObject({ status: 200, body: { status: "cancelled" } })
    expect(await pam.cancel(id)).toMatchObject({ status: 200, version: 2 })
    expect(problemOf(await max.decide(id, approve))).toMatchObject({
      status: 409,
      state: "cancelled",
      decidedBy: { id: "pam" }
    })
  })

  it("a decided one: 409", async () => {
    const { pam, max, id } = await asked()
    await max.decide(id, approve)
    expect(problemOf(await pam.cancel(id))).toMatchObject({ status: 409, state: "approved" })
  })

  it("somebody else's: 403 without approvals:admin, 200 with it", async () => {
    const { person } = journey.organisation()
    const pam = await person("pam")
    const { id } = (await pam.requestApproval({ subject: budget, required: oneManager })).body
    const writer = await person("wes", { scope: "approvals:write" })
    expect(problemOf(await writer.cancel(id))).toMatchObject({ status: 403 })
    const administrator = await person("ada", { scope: "approvals:admin" })
    expect((await administrator.cancel(id)).body).toMatchObject({ status: "cancelled" })
  })
})
