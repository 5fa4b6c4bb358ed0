import type { SubjectType } from "@sluice/contracts/approval/approval.events"
import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, it } from "vitest"
import { type RequestContext, request } from "./approval.decide.ts"
import { as, asked, asker, body, fred, given, manager, mary, question, said, system } from "./approval.spec-support.ts"

const by = (actor = asker, more: Partial<RequestContext> = {}): RequestContext => ({
  ...as(actor),
  subjectExists: true,
  ...more
})
const requested = (more: Parameters<typeof question>[0] = {}) =>
  ({ type: "approval.requested", data: question(more) }) as const
const subject = (type: SubjectType) => ({ type, id: "x" })

describe("request", () => {
  it("says who asks, person and system alike", () => {
    for (const actor of [asker, system])
      given()
        .when((state) => request(state, body(), by(actor)))
        .thenYields(requested({ requestedBy: actor }))
  })

  it("asks with the least that is needed", () =>
    given()
      .when((state) => request(state, body(), by()))
      .thenYields(requested()))

  it("keeps everything that is said", () => {
    const said = {
      required: [manager, { roles: ["finance", "legal"], count: 2 }],
      preventSelfReview: false,
      reason: "Q1",
      links: [{ title: "sheet", url: "https://example.org/q1" }],
      contentHash: "sha256:1",
      escalation: { after: "PT4H", roles: ["director"] },
      remindEvery: "P1D"
    }
    given()
      .when((state) => request(state, body({ ...said, expiresAt: "2026-01-01T12:00:00+01:00" }), by()))
      .thenYields(requested({ ...said, expiresAt: "2026-01-01T11:00:00.000Z" }))
  })

  it.each([
    ["custom", true],
    ["task", true],
    ["session", true],
    ["signoff", true],
    ["budget", true],
    ["checkpoint", false]
  ] as const)("of a %s prevents self-review: %s", (type, preventSelfReview) =>
    given()
      .when((state) => request(state, body({ subject: subject(type) }), by(system)))
      .thenYields(requested({ subject: subject(type), preventSelfReview, requestedBy: system }))
  )

  it.each([8, 9])("refuses an expiry in the past or now (minute %d)", (minutes) =>
    given()
      .when((state) => request(state, body({ expiresAt: minuteIso(minutes) }), by()))
      .thenRefused("InputRefused", { issues: [{ pointer: "/expiresAt", message: "must be in the future" }] })
  )

  it.each(["checkpoint", "signoff", "budget"] as const)("of a %s is the system's alone", (subjectType) =>
    given()
      .when((state) => request(state, body({ subject: subject(subjectType) }), by()))
      .thenRefused("SystemSubject", { subjectType })
  )

  it("is on behalf of the person for whom the system asks", () =>
    given()
      .when((state) => request(state, body({ subject: subject("signoff") }), by(system, { onBehalfOf: fred })))
      .thenYields(requested({ subject: subject("signoff"), requestedBy: fred })))

  it("is on nobody else's behalf when a person asks", () =>
    given()
      .when((state) => request(state, body(), by(asker, { onBehalfOf: fred })))
      .thenYields(requested()))

  it("needs the session it is about, and nothing of other subjects", () => {
    given()
      .when((state) => request(state, body({ subject: subject("session") }), by(asker, { subjectExists: false })))
      .thenRefused("SessionNotFound", { sessionId: "x" })
    given()
      .when((state) => request(state, body(), by(asker, { subjectExists: false })))
      .thenYields(requested())
  })

  it("is refused for what is missing, then the input, then the person", () => {
    const late = { expiresAt: minuteIso(0) }
    given()
      .when((state) =>
        request(state, body({ ...late, subject: subject("session") }), by(asker, { subjectExists: false }))
      )
      .thenRefused("SessionNotFound")
    given()
      .when((state) => request(state, body({ ...late, subject: subject("budget") }), by()))
      .thenRefused("InputRefused")
  })

  it("changes nothing when the same is asked again under one id, and is refused when it is something else", () => {
    const story = [asked(), said("approve", mary)]
    given(...story)
      .when((state) => request(state, body(), by()))
      .thenNothing()
    given(...story)
      .when((state) => request(state, body({ reason: "other" }), by()))
      .thenRefused("ApprovalExists")
    given(...story)
      .when((state) => request(state, body(), by(fred)))
      .thenRefused("ApprovalExists")
  })
})
