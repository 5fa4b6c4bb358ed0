import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import { type Happened, minuteIso, person } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, expect, it } from "vitest"
import {
  ann,
  approved,
  asked,
  asker,
  escalated,
  finance,
  fred,
  given,
  manager,
  mary,
  rejected,
  said
} from "./approval.spec-support.ts"
import { view } from "./approval.view.ts"

const show = (...story: ReadonlyArray<Happened<ApprovalEvent>>) => view("a-1", given(...story).state)
const both = asked({ required: [finance, manager] })

describe("view", () => {
  it("shows a life from request to approval", () => {
    expect(show(both)).toEqual({
      id: "a-1",
      subject: { type: "custom", id: "c-1" },
      status: "pending",
      required: [finance, manager],
      outstanding: [finance, manager],
      preventSelfReview: true,
      reason: null,
      links: [],
      contentHash: null,
      requestedBy: asker,
      decisions: [],
      expiresAt: null,
      version: 1,
      createdAt: minuteIso(0),
      decidedAt: null
    })
    expect(show(both, said("approve", fred), said("approve", mary), { event: approved, by: mary })).toMatchObject({
      status: "approved",
      outstanding: [],
      decisions: [
        { actor: fred, verdict: "approve", comment: null, at: minuteIso(1) },
        { actor: mary, verdict: "approve", comment: null, at: minuteIso(2) }
      ],
      version: 4,
      decidedAt: minuteIso(3)
    })
  })

  it("names who asked where the system asked for them", () =>
    expect(show(asked({ requestedBy: mary })).requestedBy).toEqual(mary))

  it("has nothing to show of an approval that does not exist", () => expect(() => show()).toThrow("does not exist"))
})

describe("outstanding", () => {
  it("is the place that is left", () => expect(show(both, said("approve", fred)).outstanding).toEqual([manager]))

  it("is one of either where the approver so far could be either", () =>
    expect(show(both, said("approve", ann)).outstanding).toEqual([{ roles: ["manager", "finance"], count: 1 }]))

  it("counts down a quorum", () => {
    const quorum = { roles: ["legal", "manager"], count: 3 }
    const story = [asked({ required: [quorum] }), said("approve", person("lea", "legal"))]
    expect(show(...story).outstanding).toEqual([{ ...quorum, count: 2 }])
  })

  it("is not filled by somebody who rejected after all", () =>
    expect(show(both, said("approve", fred), said("reject", fred), { event: rejected, by: fred })).toMatchObject({
      status: "rejected",
      outstanding: [finance, manager]
    }))

  it("names the roles that escalation added", () =>
    expect(show(asked(), { event: escalated("director") })).toMatchObject({
      required: [manager],
      outstanding: [{ roles: ["manager", "director"], count: 1 }]
    }))
})
