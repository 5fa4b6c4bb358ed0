import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { describe, expect, it } from "vitest"
import { type Known, planBatch, straight } from "./consumer.batch.ts"
import type { Entry } from "./consumer.entry.ts"
import { nextGroup } from "./consumer.poison.ts"

let position = 0
const event = (streamId: string, version: number): RecordedEvent => ({
  tenant: "acme",
  streamId,
  version,
  position: ++position,
  eventId: `${streamId}-${version}`,
  type: "note.taken",
  schemaVersion: 1,
  data: {},
  metadata: { actor: { kind: "user", id: "u", roles: [] }, correlationId: "c", causationId: "c" },
  recordedAt: "2026-01-01T10:00:00.000Z"
})
const unusable = (streamId: string, version: number): Entry => ({ ...event(streamId, version), unusable: "unknown" })
const known = (seen: Record<string, number> = {}, parked: ReadonlyArray<string> = []): Known => ({
  seen: new Map(Object.entries(seen).map(([stream, version]) => [`acme ${stream}`, version])),
  parked: new Set(parked.map((stream) => `acme ${stream}`))
})
const names = (events: ReadonlyArray<Entry>) => events.map(({ streamId, version }) => `${streamId}${version}`)

describe("a batch's plan", () => {
  it("applies what is new and counts repeats, within the batch too", () => {
    const plan = planBatch([event("a", 2), event("a", 3), event("a", 3), event("b", 1), event("a", 1)], known({ a: 2 }))
    expect(names(plan.apply)).toEqual(["a3", "b1"])
    expect(plan.duplicates).toBe(3)
    expect(plan.versions).toEqual([
      { tenant: "acme", streamId: "a", version: 3 },
      { tenant: "acme", streamId: "b", version: 1 }
    ])
  })

  it("takes a bad order for the log's order", () => {
    const [a2, b1, a3] = [event("a", 2), event("b", 1), event("a", 3)]
    expect(names(planBatch([a3, b1, a2, a3], known({ a: 1 })).apply)).toEqual(["a2", "b1", "a3"])
  })

  it("names what does not follow on what is known", () => {
    expect(planBatch([event("a", 4), event("a", 5)], known({ a: 2 })).stray).toMatchObject({ version: 4 })
  })

  it("queues behind a parked stream and behind a poison of its own", () => {
    const plan = planBatch(
      [event("a", 1), unusable("a", 2), event("a", 3), event("p", 5), event("b", 1)],
      known({ p: 3 }, ["p"])
    )
    expect(names(plan.apply)).toEqual(["a1", "b1"])
    expect(names(plan.poison)).toEqual(["a2"])
    expect(plan.queued.map(({ streamId, version }) => streamId + version)).toEqual(["a3", "p5"])
  })

  it("takes a repeat of an unusable event for a repeat", () => {
    expect(planBatch([unusable("a", 2)], known({ a: 2 })).poison).toEqual([])
  })
})

describe("a straight batch", () => {
  it("holds usable events in the order of their positions", () => {
    const events = [event("a", 3), event("b", 1), event("a", 4)]
    expect(straight(events)).toEqual(events)
  })
  it.each([
    ["an unusable entry", [unusable("a", 3)]],
    ["positions out of order", [event("a", 3), { ...event("b", 1), position: 1 }]]
  ])("is not one with %s", (_name, entries) => {
    expect(straight(entries)).toBeUndefined()
  })
})

describe("careful groups", () => {
  it("try what was never tried together, and alone what was", () => {
    expect(nextGroup(["a", "b", "c"], [0, 0, 1])).toEqual(["a", "b"])
    expect(nextGroup(["a", "b"], [1, 0])).toEqual(["a"])
    expect(nextGroup(["a", "b"], [0, 0])).toEqual(["a", "b"])
  })
})
