import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, expect, it } from "vitest"
import { rules, settlers } from "./inbox.rules.ts"
import {
  ada,
  asked,
  blocked,
  blocker,
  empty,
  GATE,
  gate,
  logOf,
  mary,
  ofApproval,
  ofRun,
  one,
  question,
  reminded,
  rowsOf,
  type Step,
  said,
  started,
  take
} from "./inbox.spec-support.ts"

it("keeps who asked for a sign-off while it is undecided, and no longer", () => {
  for (const [end, data] of [
    ["phase-signed-off", { ...gate, correlationId: "c" }],
    ["signoff-rejected", { ...gate, gaps: [] }],
    ["signoff-withdrawn", { ...gate, why: "expired" }]
  ] as const) {
    const inbox = empty()
    const asking = ofRun("signoff-requested", { ...gate, attempt: 1 }, mary)
    const log = logOf([started(), asking, ofRun(end, data)])
    take(inbox, log.slice(0, 2))
    expect([...inbox.memory.values()]).toMatchObject([{ askers: { [GATE]: "user/mary" } }])
    take(inbox, log.slice(2))
    expect([...inbox.memory.values()]).toEqual([{ title: "Spring", starter: "user/ada", askers: {} }])
  }
})

describe("reminders", () => {
  const reminders = (...steps: ReadonlyArray<Step>) =>
    rowsOf(...steps).filter(({ rule }) => rule === "approval-reminder").length

  it.each(["approved", "rejected", "expired", "cancelled"])("never come after it is %s", (end) => {
    const ended = ofApproval(end, end === "cancelled" ? { reason: null } : {})
    expect(reminders(asked({ required: [one("pm")] }), reminded(minuteIso(9)), ended)).toBe(1)
    expect(reminders(asked({ required: [one("pm")] }), ended, reminded(minuteIso(9)))).toBe(0)
  })
  it("never come twice for one due time, nor for an earlier one", () => {
    const due = (...minutes: ReadonlyArray<number>) => minutes.map((minute) => reminded(minuteIso(minute)))
    expect(reminders(asked({ required: [one("pm")] }), ...due(9, 9, 8))).toBe(1)
    expect(reminders(asked({ required: [one("pm")] }), ...due(9, 9, 10))).toBe(2)
  })
})

describe("what wanted an action", () => {
  const open = (...steps: ReadonlyArray<Step>) =>
    rowsOf(...steps)
      .filter(({ settleKey, settledAt }) => settleKey !== null && settledAt === null)
      .map(({ rule, audience, position }) => `${rule} ${audience.id} ${position}`)
  const manager = asked({ required: [one("manager")] })
  const withIds = (...ids: ReadonlyArray<string>) => ids.map((id) => ofRun("question-asked", question(id, "pm")))

  it.each(["approved", "rejected", "expired", "cancelled"])("is settled when an approval is %s", (end) => {
    const before = [manager, reminded(minuteIso(9)), ofApproval("escalated", { roles: ["boss"] })]
    expect(open(...before)).toHaveLength(3)
    const settled = rowsOf(...before, ofApproval(end, end === "cancelled" ? { reason: null } : {}))
    for (const row of settled) expect(row.settledAt).toBe(row.settleKey === null ? null : minuteIso(before.length))
  })
  it("is settled for a role once nobody more of it is needed", () => {
    expect(open(asked(), said("approve", mary))).toEqual(["approval-requested finance 1"])
    const both = { ...mary, roles: ["manager", "finance"] }
    expect(open(asked(), said("approve", both))).toHaveLength(2)
    expect(open(asked({ required: [{ roles: ["manager"], count: 2 }] }), said("approve", mary))).toHaveLength(1)
  })
  it("is settled when a question is answered, and that one alone", () => {
    const answered = ofRun("question-answered", { id: "q1", answer: "We do" })
    expect(open(started(), ...withIds("q1", "q2", "q10"), answered)).toEqual([
      "question-asked pm 3",
      "question-asked pm 4"
    ])
  })
  it("is settled when a blocker is resolved or a phase released, and wanted again when it is blocked again", () => {
    const raised = [started(), ofRun("blocker-raised", blocker("b1")), ofRun("blocker-raised", blocker("b2"))]
    expect(open(...raised, ofRun("blocker-resolved", { id: "b1", resolution: null }))).toEqual([
      "run-blocked user/ada 3"
    ])
    const stop = ofRun("phase-blocked", blocked)
    const go = ofRun("phase-unblocked", { phase: "A", visit: 1 })
    expect(open(started(), stop, go)).toEqual([])
    expect(open(started(), stop, go, stop)).toEqual(["run-blocked user/ada 4"])
  })
  it.each<readonly [string, JsonObject]>([
    ["completed", {}],
    ["failed", { reason: null }],
    ["cancelled", { reason: null }]
  ])("is settled for a whole run that is %s, and for no other", (end, data) => {
    const other = "0197a000-0000-7000-8000-0000000000ff"
    const elsewhere = [
      { ...started(), stream: `run-${other}` },
      ofRun("question-asked", question("q", "pm"), ada, other)
    ]
    const story = [started(), ...withIds("q1", "q2"), ofRun("phase-blocked", blocked), ...elsewhere]
    expect(open(...story, ofRun(end, data))).toEqual(["question-asked pm 6"])
  })
  it("has a line that settles it, for every rule that wants one", () => {
    const opening = new Set(rules.flatMap(({ on, until }) => (until === undefined ? [] : [on.split(".")[0]])))
    const settling = new Set(settlers.map(({ on }) => on.split(".")[0]))
    expect([...opening]).toEqual([...opening.intersection(settling)])
  })
})
