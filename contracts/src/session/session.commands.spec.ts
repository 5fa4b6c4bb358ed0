import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { METADATA_MAX_BYTES, OpenSession, RecordUsage, UpdateSession } from "./session.commands.ts"

const opens = Schema.is(OpenSession)
const updates = Schema.is(UpdateSession)
const reports = (body: object) => Schema.decodeUnknownExit(RecordUsage)(body)._tag === "Success"

describe("OpenSession", () => {
  it("needs a role of 1 to 50 characters", () => {
    expect(opens({ role: "pm" })).toBe(true)
    expect(opens({ role: "x".repeat(50) })).toBe(true)
    for (const body of [{}, { role: "" }, { role: "x".repeat(51) }, { role: 7 }]) expect(opens(body)).toBe(false)
  })

  it("takes metadata up to 16 KiB of JSON, counted in bytes", () => {
    const filled = (bytes: number) => ({ role: "pm", metadata: { a: "x".repeat(bytes - 8) } })
    expect(opens(filled(METADATA_MAX_BYTES))).toBe(true)
    expect(opens(filled(METADATA_MAX_BYTES + 1))).toBe(false)
    expect(opens({ role: "pm", metadata: { a: "ü".repeat(METADATA_MAX_BYTES / 2) } })).toBe(false)
    expect(opens({ role: "pm", metadata: [1] })).toBe(false)
  })
})

describe("UpdateSession", () => {
  it("needs one of status, taskId, metadata", () => {
    for (const body of [{ status: "paused" }, { taskId: null }, { metadata: {} }]) expect(updates(body)).toBe(true)
    for (const body of [{}, { reason: "why" }]) expect(updates(body)).toBe(false)
  })

  it.each(["pending", "expired", "PAUSED", ""])("does not move to %j", (status) =>
    expect(updates({ status })).toBe(false)
  )
})

describe("RecordUsage", () => {
  const body = { usageId: "u", meter: "tokens.input", quantity: 1, at: "2026-01-01T10:00:00Z" }

  it.each(["tokens.input", "tokens.output", "tokens.cached"])("reports %s", (meter) =>
    expect(reports({ ...body, meter })).toBe(true)
  )

  it.each(["session.seconds", "approval.decisions", "tokens", "tokens.", "tokens.a.b", "xtokens.input"])(
    "does not report %s, which is derived or no meter",
    (meter) => expect(reports({ ...body, meter })).toBe(false)
  )

  it.each([0, -1, 1.5, "1", Number.MAX_SAFE_INTEGER + 1])("does not take %j for a quantity", (quantity) =>
    expect(reports({ ...body, quantity })).toBe(false)
  )
})
