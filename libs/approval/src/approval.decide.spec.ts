import { minuteIso, person } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, it } from "vitest"
import { decide } from "./approval.decide.ts"
import {
  ann,
  approved,
  as,
  asked,
  asker,
  cancelled,
  escalated,
  expired,
  finance,
  fred,
  given,
  guest,
  manager,
  mary,
  mike,
  recorded,
  rejected,
  said
} from "./approval.spec-support.ts"

const approve = { decision: "approve" } as const
const reject = { decision: "reject" } as const

describe("decide: who may", () => {
  it("needs an approval", () =>
    given()
      .when((state) => decide(state, approve, as(mary)))
      .thenRefused("ApprovalNotFound", { approvalId: "a-1" }))

  it("needs a required role", () =>
    given(asked({ required: [manager, finance] }))
      .when((state) => decide(state, approve, as(guest)))
      .thenRefused("NotAllowedToDecide", { roles: ["manager", "finance"] }))

  it.each([approve, reject])("is not for who requested it: $decision", (body) =>
    given(asked({}, mary))
      .when((state) => decide(state, body, as(mary)))
      .thenRefused("SelfReviewForbidden")
  )

  it("is not for who requested it under another kind of token", () =>
    given(asked({}, mary))
      .when((state) => decide(state, approve, as({ ...mary, kind: "agent" })))
      .thenRefused("SelfReviewForbidden"))

  it("is not for the person on whose behalf the system asked", () =>
    given(asked({ requestedBy: mary }))
      .when((state) => decide(state, approve, as(mary)))
      .thenRefused("SelfReviewForbidden"))

  it("is for who requested it where that is allowed", () =>
    given(asked({ preventSelfReview: false }, mary))
      .when((state) => decide(state, approve, as(mary)))
      .thenYields(recorded("approve"), approved))

  it("is for anybody, of whatever roles or none, where a role is *", () => {
    const anybody = { roles: ["*"], count: 1 }
    const nobody = person("nobody")
    given(asked({ required: [anybody] }))
      .when((state) => decide(state, approve, as(nobody)))
      .thenYields(recorded("approve"), approved)
    given(asked({ required: [manager, anybody] }))
      .when((state) => decide(state, approve, as(nobody)))
      .thenYields(recorded("approve"))
    given(asked({ required: [manager, anybody] }), said("approve", mary))
      .when((state) => decide(state, approve, as(nobody)))
      .thenYields(recorded("approve"), approved)
  })

  it("is not for who asked, where anybody else may", () =>
    given(asked({ required: [{ roles: ["*"], count: 1 }] }, mary))
      .when((state) => decide(state, approve, as(mary)))
      .thenRefused("SelfReviewForbidden"))

  it("is for the roles of the escalation too, once there is one", () => {
    const boss = person("boss", "director")
    const story = asked({ escalation: { after: "PT4H", roles: ["director"] } })
    given(story)
      .when((state) => decide(state, approve, as(boss)))
      .thenRefused("NotAllowedToDecide")
    given(story, { event: escalated("director") })
      .when((state) => decide(state, approve, as(boss)))
      .thenYields(recorded("approve"), approved)
  })
})

describe("decide: what follows", () => {
  it("one place, one approver: approved", () =>
    given(asked())
      .when((state) => decide(state, { ...approve, comment: "fine" }, as(mary)))
      .thenYields(
        { type: "approval.decision-recorded", data: { verdict: "approve", comment: "fine", contentHash: null } },
        approved
      ))

  it("one reject rejects, whoever approved before", () =>
    given(asked({ required: [manager, finance] }), said("approve", mary))
      .when((state) => decide(state, reject, as(fred)))
      .thenYields(recorded("reject"), rejected))

  it("two places, same person twice: still pending", () =>
    given(asked({ required: [{ roles: ["manager"], count: 2 }] }), said("approve", mary))
      .when((state) => decide(state, approve, as(mary)))
      .thenNothing())

  it("two places, a second person: approved", () =>
    given(asked({ required: [{ roles: ["manager"], count: 2 }] }), said("approve", mary))
      .when((state) => decide(state, approve, as(mike)))
      .thenYields(recorded("approve"), approved))

  it("somebody with two roles fills one place of two", () =>
    given(asked({ required: [finance, manager] }))
      .when((state) => decide(state, approve, as(ann)))
      .thenYields(recorded("approve")))

  it.each([
    [fred, "manager"],
    [mary, "finance"]
  ])("somebody with both roles, then $id: the first counts as %s", (second) =>
    given(asked({ required: [finance, manager] }), said("approve", ann))
      .when((state) => decide(state, approve, as(second)))
      .thenYields(recorded("approve"), approved)
  )

  it("an approver too many of one role fills no place of another, but is recorded", () =>
    given(asked({ required: [finance, manager] }), said("approve", mary))
      .when((state) => decide(state, approve, as(mike)))
      .thenYields(recorded("approve")))

  it("roles count as held when deciding", () =>
    given(asked({ required: [finance, manager] }), said("approve", person("pat", "finance")), said("approve", fred))
      .when((state) => decide(state, approve, as(person("pat", "manager"))))
      .thenNothing())
})

describe("decide: minds that change, decisions that come late", () => {
  it("one's own approve becomes a reject while pending", () =>
    given(asked({ required: [finance, manager] }), said("approve", mary))
      .when((state) => decide(state, reject, as(mary)))
      .thenYields(recorded("reject"), rejected))

  it.each([
    ["approved", [asked(), said("approve", mary), { event: approved, by: mary }], approve],
    ["rejected", [asked(), said("reject", mary), { event: rejected, by: mary }], reject]
  ] as const)("the same verdict again changes nothing: %s", (_, story, body) =>
    given(...story)
      .when((state) => decide(state, body, as(mary)))
      .thenNothing()
  )

  it("another verdict after the decision is refused, naming state and decider", () => {
    const story = [asked(), said("approve", mary), { event: approved, by: mary }]
    for (const [actor, body] of [
      [mary, reject],
      [mike, reject],
      [mike, approve]
    ] as const)
      given(...story)
        .when((state) => decide(state, body, as(actor)))
        .thenRefused("AlreadyDecided", {
          status: "approved",
          decidedBy: mary,
          decidedAt: minuteIso(2),
          message: "The approval is already approved by user mary"
        })
  })

  it("a decision on a cancelled one is refused", () =>
    given(asked(), { event: cancelled, by: asker })
      .when((state) => decide(state, approve, as(mary)))
      .thenRefused("AlreadyDecided", { status: "cancelled", decidedBy: asker }))

  it("a decision on an expired one is refused, and nobody decided", () =>
    given(asked(), { event: expired })
      .when((state) => decide(state, approve, as(mary)))
      .thenRefused("AlreadyDecided", {
        status: "expired",
        decidedBy: null,
        message: "The approval is already expired"
      }))

  it.each([approve, reject])("from expiresAt on it is refused though no timer has fired: $decision", (body) => {
    const story = asked({ expiresAt: minuteIso(9) })
    given(story)
      .when((state) => decide(state, body, as(mary, 9)))
      .thenRefused("ApprovalLapsed", { expiresAt: minuteIso(9) })
    const followed = given(story).when((state) => decide(state, body, as(mary, 8.99)))
    if (body.decision === "approve") followed.thenYields(recorded("approve"), approved)
    else followed.thenYields(recorded("reject"), rejected)
  })

  it("the same verdict again changes nothing after expiresAt either", () =>
    given(asked({ expiresAt: minuteIso(5), required: [finance, manager] }), said("approve", mary))
      .when((state) => decide(state, approve, as(mary)))
      .thenNothing())

  it("names the person before the state", () =>
    given(asked(), said("approve", mary), { event: approved, by: mary })
      .when((state) => decide(state, reject, as(guest)))
      .thenRefused("NotAllowedToDecide"))
})

describe("decide: content", () => {
  const story = asked({ contentHash: "h1" })

  it("an approve carries the hash", () => {
    given(story)
      .when((state) => decide(state, approve, as(mary)))
      .thenRefused("ContentHashRequired")
    given(story)
      .when((state) => decide(state, { ...approve, contentHash: "h1" }, as(mary)))
      .thenYields(recorded("approve", "h1"), approved)
  })

  it("a reject may do without", () =>
    given(story)
      .when((state) => decide(state, reject, as(mary)))
      .thenYields(recorded("reject"), rejected))

  it.each([approve, reject])("another hash is refused: the thing changed: $decision", (body) =>
    given(story)
      .when((state) => decide(state, { ...body, contentHash: "h2" }, as(mary)))
      .thenRefused("ContentChanged", { contentHash: "h1" })
  )

  it("judges the input before the person, the person before the content", () => {
    given(story)
      .when((state) => decide(state, approve, as(guest)))
      .thenRefused("ContentHashRequired")
    given(story)
      .when((state) => decide(state, { ...approve, contentHash: "h2" }, as(guest)))
      .thenRefused("NotAllowedToDecide")
  })

  it("is no matter where nobody named it in the request", () =>
    given(asked())
      .when((state) => decide(state, { ...approve, contentHash: "h2" }, as(mary)))
      .thenYields(recorded("approve", "h2"), approved))

  it("the same verdict on another content is not the same again", () => {
    const both = [asked({ contentHash: "h1", required: [finance, manager] }), said("approve", mary)]
    given(...both)
      .when((state) => decide(state, { ...approve, contentHash: "h2" }, as(mary)))
      .thenRefused("ContentChanged")
    given(...both, said("approve", fred), { event: approved, by: fred })
      .when((state) => decide(state, { ...approve, contentHash: "h2" }, as(mary)))
      .thenRefused("AlreadyDecided", { decidedBy: fred })
  })
})
