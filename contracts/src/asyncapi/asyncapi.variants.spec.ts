import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { draft07, jsonSchemasOf } from "./asyncapi.json-schema.ts"
import { reachable } from "./asyncapi.reachable.ts"
import { foldVariants } from "./asyncapi.variants.ts"

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

describe("one name for what is numbered", () => {
  it("where it is the same", () =>
    expect(
      foldVariants({
        schemas: [{ type: "array", items: ref("Role_1") }],
        definitions: { Role: { type: "string" }, Role_1: { type: "string" }, Role_12: { type: "string" } }
      })
    ).toEqual({ schemas: [{ type: "array", items: ref("Role") }], definitions: { Role: { type: "string" } } }))

  it("where only what is said of it differs, which then stands where it is said", () =>
    expect(
      foldVariants({
        schemas: [ref("Actor"), ref("Actor_1"), ref("Actor_2")],
        definitions: {
          Actor: { type: "object", description: "Who" },
          Actor_1: { type: "object", description: "Who asks" },
          Actor_2: { type: "object" }
        }
      })
    ).toEqual({
      schemas: [
        { allOf: [ref("Actor")], description: "Who" },
        { allOf: [ref("Actor")], description: "Who asks" },
        ref("Actor")
      ],
      definitions: { Actor: { type: "object" } }
    }))

  it("but not where it differs", () => {
    const given = { schemas: [ref("State_1")], definitions: { State: { type: "string" }, State_1: { type: "number" } } }
    expect(foldVariants(given)).toEqual(given)
  })
})

describe("JSON Schemas of Effect schemas", () => {
  const Role = Schema.String.check(Schema.isMinLength(1)).annotate({ identifier: "Role" })
  const Thing = Schema.Struct({ role: Role, count: Schema.Int, at: Schema.Tuple([Schema.String]) })

  it("are draft-07, point to components under a prefix, and leave out what says nothing", () =>
    expect(jsonSchemasOf([Thing], { prefix: "event." })).toEqual({
      schemas: [
        {
          type: "object",
          properties: {
            role: ref("event.Role"),
            count: { type: "integer" },
            at: expect.objectContaining({ type: "array", items: [{ type: "string" }] })
          },
          required: ["role", "count", "at"]
        }
      ],
      definitions: { "event.Role": { type: "string", minLength: 1 } }
    }))

  it("say beside a reference what they say of it, and no more than can be said there", () => {
    expect(draft07({ allOf: [ref("A"), { description: "Who" }] })).toEqual({ allOf: [ref("A")], description: "Who" })
    expect(draft07({ type: "string", allOf: [{ pattern: "^a", format: "uuid" }] })).toEqual({
      type: "string",
      pattern: "^a",
      format: "uuid"
    })
    for (const whole of [
      { type: "string", pattern: "^a", allOf: [{ pattern: "b$" }] },
      { type: "string", allOf: [{ pattern: "^a" }, { pattern: "b$" }] },
      { type: "object", allOf: [{ properties: { a: { type: "string" } }, additionalProperties: false }] }
    ])
      expect(draft07(whole)).toEqual(whole)
  })

  it("keep references of OpenAPI", () => expect(draft07({ anyOf: [ref("A")] })).toEqual({ anyOf: [ref("A")] }))
})

describe("reachable", () => {
  const schemas = { A: ref("B"), B: { items: ref("A") }, C: {} }
  it("follows references, circles too", () => expect(Object.keys(reachable(schemas, [ref("A")]))).toEqual(["A", "B"]))
  it("names what is missing", () => expect(() => reachable(schemas, ref("D"))).toThrow("There is no schema D"))
})
