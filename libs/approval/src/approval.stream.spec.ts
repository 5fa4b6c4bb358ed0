import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import { type Fact, toFact } from "@sluice/contracts/event/event.envelope"
import { goldenSamples } from "@sluice/contracts/event/event.golden.spec-support"
import { inNewestShape } from "@sluice/contracts/event/event.registry"
import { describe, expect, it } from "vitest"
import { approval } from "./approval.stream.ts"

const samples = goldenSamples()
const folded = (...files: ReadonlyArray<string>) =>
  files
    .map((file) => samples.find((sample) => sample.file === file)?.event as (typeof samples)[0]["event"])
    .map((event) => toFact(inNewestShape(event)) as Fact<ApprovalEvent>)
    .reduce(approval.evolve, approval.initial)

/** As releases that knew version 1 of `approval.requested` alone saved it under fold version 1. */
const saved = {
  status: "pending",
  subject: { type: "custom", id: "deploy-204" },
  required: [{ roles: ["manager"], count: 1 }],
  preventSelfReview: true,
  reason: null,
  links: [],
  contentHash: null,
  expiresAt: null,
  escalation: null,
  remindEvery: null,
  requestedBy: { kind: "user", id: "mia", roles: ["manager", "pm"] },
  decisions: [],
  escalatedTo: [],
  remindedUntil: null,
  version: 1,
  createdAt: "2026-11-21T10:09:10.204Z"
}

describe("a snapshot of before version 2 of approval.requested", () => {
  it("is what the same events come to today, so that its fold version stays", () => {
    const state = folded("approval.requested.v1.asked-in-person.json")
    expect(approval.foldVersion).toBe(1)
    expect(approval.encode(state)).toEqual(saved)
    expect(approval.decode(saved)).toEqual(state)
  })

  it("names whom the event named, where the system asked for somebody", () =>
    expect(folded("approval.requested.v1.json", "approval.decision-recorded.v1.json")).toMatchObject({
      requestedBy: { kind: "agent", id: "agent-7", roles: ["pm"] },
      decisions: [{ verdict: "approve" }],
      version: 2
    }))
})
