import { compareSchemas } from "@sluice/contracts/compatibility/schema.compare"
import type { JsonSchema } from "@sluice/contracts/compatibility/schema.document"
import { Ajv2020 } from "ajv/dist/2020.js"
import { describe, expect, it } from "vitest"

/** Laws of comparing schemas, on schemas drawn at random; a failure names the number from which its schemas are drawn again. */

const DRAWS = 120

/** Mulberry32: numbers below 1, the same for the same start. */
const randomFrom = (start: number) => {
  let state = start
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

type Draw = ReturnType<typeof drawing>
const drawing = (start: number) => {
  const random = randomFrom(start)
  const below = (limit: number): number => Math.floor(random() * limit)
  return {
    below,
    one: <A>(from: ReadonlyArray<A>): A => from[below(from.length)] as A,
    some: <A>(from: ReadonlyArray<A>): ReadonlyArray<A> => from.filter(() => random() < 0.5),
    maybe: (keyword: string, value: () => unknown) => (random() < 0.4 ? { [keyword]: value() } : {})
  }
}

const SINGLE = ["a", "ab", 1, 2, null, true]

const schemaFrom = (draw: Draw, depth: number): JsonSchema => {
  const { below, one, some, maybe } = draw
  const inner = () => schemaFrom(draw, depth - 1)
  const kinds: ReadonlyArray<() => JsonSchema> = [
    () => ({
      type: "string",
      ...maybe("minLength", () => below(3)),
      ...maybe("maxLength", () => below(4)),
      ...maybe("pattern", () => one(["^a", "b$"]))
    }),
    () => ({
      type: one(["integer", "number"]),
      ...maybe("minimum", () => below(3)),
      ...maybe("exclusiveMaximum", () => 1 + below(3))
    }),
    () => ({ type: some(["string", "integer", "null", "boolean"]).concat("number") }),
    () => ({ enum: [...some(SINGLE), "a"] }),
    () => ({ const: one(SINGLE) }),
    () => true
  ]
  const nested: ReadonlyArray<() => JsonSchema> = [
    () => ({
      type: "array",
      items: inner(),
      ...maybe("maxItems", () => below(3)),
      ...maybe("uniqueItems", () => true)
    }),
    () => {
      const properties = Object.fromEntries(some(["a", "b"]).map((name) => [name, inner()]))
      return { type: "object", properties, required: some(Object.keys(properties)), additionalProperties: false }
    },
    () => ({ type: "object", additionalProperties: inner() }),
    () => ({ anyOf: [inner(), inner()] }),
    () => ({ oneOf: [{ type: "null" }, { type: "string", ...maybe("maxLength", () => below(3)) }] }),
    () => ({ allOf: [inner(), inner()] })
  ]
  return one(depth === 0 ? kinds : [...kinds.slice(0, 3), ...nested, ...nested])()
}

const SMALL = ["", "a", "b", "ab", "aab", 0, 1, 2, 1.5, null, true, false]
const VALUES: ReadonlyArray<unknown> = [
  ...SMALL,
  [],
  {},
  ...SMALL.flatMap((value) => [[value], [value, "a"], { a: value }, { b: value }, { a: "a", b: value }, { c: value }]),
  [["a"], ["a"]],
  { a: { a: "a" } },
  { a: [1], b: {} }
]

const ajv = new Ajv2020({ strict: false, addUsedSchema: false, validateFormats: false })
const fitting = (schema: JsonSchema): ReadonlySet<unknown> => {
  const validate = ajv.compile(schema)
  return new Set(VALUES.filter((value) => validate(value)))
}
/** Readers leave alone what they do not know. */
const opened = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "additionalProperties" && value === false ? undefined : value
  )

const compare = (was: JsonSchema, is: JsonSchema, by: "others" | "sluice") =>
  compareSchemas({ document: {}, schema: was }, { document: {}, schema: is }, by)

/** A pair: half of them of one kind with different bounds, since two schemas at random have seldom much in common. */
const pairFrom = (start: number): readonly [JsonSchema, JsonSchema] => {
  const draw = drawing(start)
  const was = schemaFrom(draw, 2)
  const is = draw.below(2) === 0 ? schemaFrom(draw, 2) : mutated(was, draw)
  return [was, is]
}

/** The same with one part exchanged. */
const mutated = (schema: JsonSchema, draw: Draw): JsonSchema => {
  if (typeof schema === "boolean" || draw.below(4) === 0) return schemaFrom(draw, 1)
  const keys = Object.keys(schema).filter((key) =>
    ["items", "additionalProperties", "anyOf", "allOf", "properties"].includes(key)
  )
  const key = draw.one(keys)
  if (key === undefined)
    return { ...schema, ...draw.maybe("maxLength", () => draw.below(3)), ...draw.maybe("minimum", () => draw.below(3)) }
  const part = schema[key] as JsonSchema | ReadonlyArray<JsonSchema> | Record<string, JsonSchema>
  if (Array.isArray(part)) return { ...schema, [key]: part.map((one, at) => (at === 0 ? mutated(one, draw) : one)) }
  if (key !== "properties") return { ...schema, [key]: mutated(part as JsonSchema, draw) }
  const changed = Object.entries(part as Record<string, JsonSchema>).map(([name, one]) => [name, mutated(one, draw)])
  return { ...schema, properties: Object.fromEntries(changed) }
}

const starts = Array.from({ length: DRAWS }, (_, start) => start)

describe("of any two schemas", () => {
  it("one compared with itself, in whatever order its keys are, is silent", () => {
    const backwards = (schema: JsonSchema): JsonSchema =>
      JSON.parse(
        JSON.stringify(schema, (_, value) =>
          value !== null && typeof value === "object" && !Array.isArray(value)
            ? Object.fromEntries(Object.entries(value).reverse())
            : value
        )
      )
    const loud = starts.filter((start) => {
      const schema = schemaFrom(drawing(start), 3)
      return (["others", "sluice"] as const).some((by) => compare(schema, backwards(schema), by).length > 0)
    })
    expect(loud).toEqual([])
  })

  it("whatever was accepted is accepted where nothing is told to be narrower, and nothing new may be read where nothing is wider", () => {
    const counts = { free: 0, breaking: 0, shown: 0 }
    const wrong = starts.flatMap((start) => {
      const [was, is] = pairFrom(start)
      return (["others", "sluice"] as const).flatMap((by) => {
        const [from, to] = by === "others" ? [fitting(was), fitting(is)] : [fitting(opened(is)), fitting(opened(was))]
        const witness = [...from].filter((value) => !to.has(value))
        const breaks = compare(was, is, by).some(({ narrowed, widened }) => (by === "others" ? narrowed : widened))
        counts[breaks ? "breaking" : "free"]++
        if (breaks && witness.length > 0) counts.shown++
        return !breaks && witness.length > 0 ? [{ start, by, was, is, witness }] : []
      })
    })
    expect(wrong.slice(0, 3)).toEqual([])
    // The draws are worth something: many pairs of either verdict, and for most breaks a value among these few that shows it.
    expect(counts.free).toBeGreaterThan(DRAWS / 4)
    expect(counts.shown / counts.breaking).toBeGreaterThan(0.8)
  })
})
