import { RecordUsage } from "@sluice/contracts/session/session.commands"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { session, usageKey } from "./session.stream.ts"

const body = { usageId: "u-1", meter: "tokens.input", quantity: 7, at: "2026-01-01T10:00:00Z" }
const keyOf = (more: Partial<Record<keyof RecordUsage, unknown>> = {}, id = "s-1") =>
  usageKey(id, Schema.decodeUnknownSync(RecordUsage)({ ...body, ...more }))

describe("usageKey", () => {
  it("is the usage id within its session, for ever", () =>
    expect(keyOf()).toEqual({
      scope: "usage:s-1",
      key: "u-1",
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      timeToLive: null
    }))

  it("is the same for the same usage, however it is written", () =>
    expect(keyOf({ at: "2026-01-01T12:00:00.000+02:00", model: null })).toEqual(keyOf()))

  it.each([{ meter: "tokens.output" }, { quantity: 8 }, { model: "small" }, { at: "2026-01-01T10:00:01Z" }])(
    "tells other content apart: %o",
    (other) => expect(keyOf(other).hash).not.toBe(keyOf().hash)
  )
})

describe("snapshots", () => {
  it("refuses what is no state of this version", () =>
    expect(() => session.decode({ status: "active", role: "pm" })).toThrow("Missing key"))
})
