import { describe, expect, it } from "vitest"
import { asking, problemOf } from "../support/journey.caller.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const UNKNOWN = "0197f7a2-0000-7000-8000-000000000000"

/** A request with every fault at once is refused for the first of them; mended, for the next. */
describe("401, scope 403, existence 404, input 422, role or self 403, state 409", () => {
  it("deciding an approval", async () => {
    const { person } = journey.organisation()
    const pam = await person("pam")
    const max = await person("max", { roles: ["manager"] })
    const required = [{ roles: ["manager"], count: 1 }]
    const asked = await pam.requestApproval({ subject: { type: "task", id: "A1" }, required, contentHash: "v1" })
    const { id } = asked.body
    await pam.cancel(id)
    const bad = { decision: "perhaps" }
    const unscoped = await person("uma", { scope: "approvals:read" })
    const intern = await person("ian", { roles: ["intern"] })
    const steps = [
      [401, await asking(journey.api, undefined)("POST", `/v1/approvals/${UNKNOWN}/decisions`, { body: bad })],
      [403, await unscoped.decide(UNKNOWN, bad)],
      [404, await intern.decide(UNKNOWN, bad)],
      [422, await intern.decide(id, bad)],
      [422, await intern.decide(id, { decision: "approve" })],
      [403, await intern.decide(id, { decision: "approve", contentHash: "v2" })],
      [409, await max.decide(id, { decision: "approve", contentHash: "v2" })]
    ] as const
    expect(steps.map(([, { status }]) => status)).toEqual(steps.map(([status]) => status))
    expect(problemOf(steps[1][1]).type).toBe("urn:sluice:problem:scope-missing")
    expect(problemOf(steps[5][1]).type).toBe("urn:sluice:problem:not-allowed-to-decide")
    expect(problemOf(steps[6][1]).type).toBe("urn:sluice:problem:already-decided")
  })

  it("changing a session", async () => {
    const { person } = journey.organisation()
    const pm = await person("pm")
    const { id } = (await pm.openSession({ role: "pm" })).body
    const unscoped = await person("uma", { scope: "sessions:read" })
    const bad = { status: "asleep" }
    const steps = [
      [401, await asking(journey.api, "no.token")("PUT", `/v1/sessions/${UNKNOWN}`, { body: bad })],
      [403, await unscoped.updateSession(UNKNOWN, bad)],
      [404, await pm.updateSession(UNKNOWN, bad)],
      [404, await pm.updateSession(UNKNOWN, bad, { "if-match": '"7"' })],
      [404, await pm.updateSession(UNKNOWN, { status: "active" }, { "if-match": '"7"' })],
      [422, await pm.updateSession(id, bad, { "if-match": '"7"' })],
      [412, await pm.updateSession(id, { status: "completed" }, { "if-match": '"7"' })],
      [409, await pm.updateSession(id, { status: "completed" })]
    ] as const
    expect(steps.map(([, { status }]) => status)).toEqual(steps.map(([status]) => status))
  })

  it("asking for an approval", async () => {
    const { person } = journey.organisation()
    const pam = await person("pam")
    const unscoped = await person("uma", { scope: "approvals:read" })
    const question = { required: [{ roles: ["manager"], count: 1 }] }
    const unknownSession = { ...question, subject: { type: "session", id: UNKNOWN } }
    const late = "2020-01-01T00:00:00Z"
    const checkpoint = { ...question, subject: { type: "checkpoint", id: UNKNOWN } }
    const steps = [
      [403, await unscoped.requestApproval({ ...unknownSession, expiresAt: late })],
      [404, await pam.requestApproval({ ...unknownSession, expiresAt: late })],
      [422, await pam.requestApproval({ ...checkpoint, expiresAt: late })],
      [403, await pam.requestApproval(checkpoint)]
    ] as const
    expect(steps.map(([, { status }]) => status)).toEqual(steps.map(([status]) => status))
  })

  it.each([
    ["no token", undefined],
    ["no JWT", "hello"],
    ["a forged one", "eyJhbGciOiJub25lIn0.eyJ0ZW5hbnQiOiJhY21lIiwic3ViIjoieCIsInNjb3BlIjoiKiJ9."]
  ])("%s: 401 with WWW-Authenticate, before anything else is looked at", async (_, token) => {
    const ask = asking(journey.api, token)
    for (const [method, path] of [
      ["GET", "/v1/sessions?limit=0"],
      ["GET", "/v1/sessions/17"],
      ["PUT", "/v1/sessions/17"],
      ["GET", "/v1/audit"]
    ] as const) {
      const refused = await ask(method, path, method === "PUT" ? { raw: "{" } : {})
      expect([path, refused.status]).toEqual([path, 401])
      expect(refused.headers.get("www-authenticate")).toMatch(/^Bearer/)
    }
  })

  it("an expired token, one for another audience, one whose tenant is none: 401", async () => {
    const { issuer } = journey.stack
    const claims = { tenant: "acme", sub: "pat", scope: "*" }
    const bad = [
      await issuer.sign(claims, "-1h"),
      await issuer.sign({ ...claims, tenant: "Acme Inc" }, "1h"),
      await issuer.sign({ sub: "pat", scope: "*" }, "1h"),
      await issuer.sign({ ...claims, kind: "system" }, "1h")
    ]
    for (const token of bad) expect((await asking(journey.api, token)("GET", "/v1/sessions")).status).toBe(401)
    expect((await asking(journey.api, await issuer.sign(claims, "1h"))("GET", "/v1/sessions")).status).toBe(200)
  })
})
