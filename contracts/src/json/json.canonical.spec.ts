import { it } from "@effect/vitest"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import type { Json } from "../event/event.envelope.ts"
import { canonicalJson, jsonHash, sameJson } from "./json.canonical.ts"

/** The same value with the keys of every object the other way round. */
const turned = (value: Json): Json => {
  if (value === null || typeof value !== "object") return value
  if (Array.isArray(value)) return value.map(turned)
  return Object.fromEntries(
    Object.entries(value as { [key: string]: Json })
      .reverse()
      .map(([key, inner]) => [key, turned(inner)])
  )
}

describe("canonical JSON", () => {
  it.prop("is JSON of the same value", [Schema.Json], ([value]) =>
    expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
  )

  it.prop("does not depend on the order of keys", [Schema.Json], ([value]) => {
    expect(sameJson(turned(value), value)).toBe(true)
    expect(jsonHash(turned(value))).toBe(jsonHash(value))
  })

  it("sorts keys at every depth and leaves elements where they are", () =>
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 1], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1},1]}'))

  it.each([
    [{ a: 1 }, { a: "1" }],
    [{ a: null }, {}],
    [
      [1, 2],
      [2, 1]
    ],
    [{ a: { b: 1 } }, { "a.b": 1 }]
  ])("tells %j and %j apart", (one, other) => {
    expect(sameJson(one as Json, other as Json)).toBe(false)
    expect(jsonHash(one as Json)).not.toBe(jsonHash(other as Json))
  })
})
