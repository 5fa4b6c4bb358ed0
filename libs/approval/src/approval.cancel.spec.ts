import { describe, it } from "vitest"
import { type CancelContext, cancel } from "./approval.decide.ts"
import {
  approved,
  as,
  asked,
  asker,
  cancelled,
  expired,
  given,
  guest,
  mary,
  rejected,
  said
} from "./approval.spec-support.ts"

const own = (actor = asker): CancelContext => ({ ...as(actor), mayCancel: "own" })
const any = (actor = guest): CancelContext => ({ ...as(actor), mayCancel: "any" })
const done = [asked(), { event: cancelled, by: asker }]

describe("cancel", () => {
  it("needs an approval", () =>
    given()
      .when((state) => cancel(state, {}, own()))
      .thenRefused("ApprovalNotFound"))

  it("withdraws one's own", () =>
    given(asked())
      .when((state) => cancel(state, { reason: "moot" }, own()))
      .thenYields({ type: "approval.cancelled", data: { reason: "moot" } }))

  it("withdraws what the system asked on one's behalf", () =>
    given(asked({ requestedBy: mary }))
      .when((state) => cancel(state, {}, own(mary)))
      .thenYields(cancelled))

  it("of somebody else's is refused, also when it is cancelled already", () => {
    given(asked())
      .when((state) => cancel(state, {}, own(guest)))
      .thenRefused("NotYourApproval")
    given(...done)
      .when((state) => cancel(state, {}, own(guest)))
      .thenRefused("NotYourApproval")
  })

  it("of any is for who may cancel any", () =>
    given(asked())
      .when((state) => cancel(state, {}, any()))
      .thenYields(cancelled))

  it.each([own(), any()])("again changes nothing (%o)", (context) =>
    given(...done)
      .when((state) => cancel(state, { reason: "again" }, context))
      .thenNothing()
  )

  it.each([
    ["approved", [asked(), said("approve", mary), { event: approved, by: mary }], mary],
    ["rejected", [asked(), said("reject", mary), { event: rejected, by: mary }], mary],
    ["expired", [asked(), { event: expired }], null]
  ] as const)("of one that is %s is refused", (status, story, decidedBy) =>
    given(...story)
      .when((state) => cancel(state, {}, own()))
      .thenRefused("AlreadyDecided", { status, decidedBy })
  )
})
