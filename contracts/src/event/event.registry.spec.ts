import { readdirSync, readFileSync } from "node:fs"
import { it } from "@effect/vitest"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import { ApprovalEvent } from "../approval/approval.events.ts"
import { BillingEvent } from "../billing/billing.events.ts"
import { BudgetEvent } from "../budget/budget.events.ts"
import { NotificationEvent } from "../notification/notification.events.ts"
import { PreferenceEvent } from "../preference/preference.events.ts"
import { RunEvent } from "../run/run.events.ts"
import { SessionEvent } from "../session/session.events.ts"
import { SubscriptionEvent } from "../subscription/subscription.events.ts"
import { DefinitionEvent, WorkflowEvent } from "../workflow/workflow.events.ts"
import { CloudEvent, cloudEventType, fromCloudEvent, toCloudEvent } from "./event.cloud-event.ts"
import { decodeEvent, eventTypes, schemaVersionOf } from "./event.registry.ts"
import { eventSubject } from "./event.subjects.ts"

/** Samples as they once went over the wire. They are promises: a file here is never edited after release, only added. */
const golden = new URL("../../golden/", import.meta.url)
const samples = readdirSync(golden).sort()
const decodeCloudEvent = Schema.decodeUnknownSync(CloudEvent, { onExcessProperty: "error" })
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, golden), "utf8"))

describe("golden samples", () => {
  it("there is one of every event type", () => {
    const wanted = eventTypes.map(({ type, schemaVersion }) => `${type}.v${schemaVersion}.json`)
    expect(samples).toEqual(expect.arrayContaining(wanted))
    expect(wanted.length).toBeGreaterThan(0)
  })

  it.each(samples)("%s still reads, and is written the same", (file) => {
    const sample = read(file)
    const recorded = fromCloudEvent(decodeCloudEvent(sample))
    expect(file).toBe(`${recorded.type}.v${recorded.schemaVersion}.json`)
    const { type, data } = decodeEvent(recorded.type, recorded.schemaVersion, recorded.data)
    expect(toCloudEvent({ ...recorded, type, data })).toEqual(sample)
  })
})

describe("every event type", () => {
  it.each(eventTypes)("$type has a name that the wire can carry", ({ type, category, schemaVersion }) => {
    expect(cloudEventType(type, schemaVersion)).toMatch(/^sluice\.[a-z]+\.[a-z]+(-[a-z]+)*\.v1$/)
    expect(eventSubject("acme", type, `${category}-1`).split(".")).toHaveLength(5)
    expect(schemaVersionOf(type)).toBe(schemaVersion)
  })

  it.prop(
    "comes back from the wire as it went",
    [
      Schema.Union([
        SessionEvent,
        ApprovalEvent,
        WorkflowEvent,
        DefinitionEvent,
        RunEvent,
        BillingEvent,
        BudgetEvent,
        SubscriptionEvent,
        NotificationEvent,
        PreferenceEvent
      ])
    ],
    ([event]) => {
      const data = JSON.parse(JSON.stringify(event.data))
      expect(decodeEvent(event.type, 1, data)).toEqual({ ...event, data })
    },
    { arbitrary: { runs: 500 } }
  )
})

describe("decodeEvent", () => {
  it("names a type that nobody knows", () =>
    expect(() => decodeEvent("session.sneezed", 1, {})).toThrow("Unknown event type: session.sneezed"))

  it("is not taken in by the names that objects have of themselves", () =>
    expect(() => decodeEvent("constructor", 1, {})).toThrow("Unknown event type: constructor"))

  it("names a version that nobody knows", () =>
    expect(() => decodeEvent("session.opened", 2, {})).toThrow("Unknown version of event type session.opened: 2"))

  it("says what does not fit", () =>
    expect(() => decodeEvent("session.opened", 1, { role: 7 })).toThrow(
      /Data does not fit event type session\.opened, version 1: .*role/s
    ))

  it("drops keys that a later version may have added", () =>
    expect(decodeEvent("session.paused", 1, { reason: null, later: true })).toEqual({
      type: "session.paused",
      data: { reason: null }
    }))
})
