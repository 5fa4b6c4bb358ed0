import { canonicalJson } from "../json/json.canonical.ts"
import { type Document, type JsonSchema, nameOf, pointedAt, type SchemaObject } from "./schema.document.ts"
import { type Asserts, assertsOf, excluded, keeps, mergeAsserts } from "./schema.keywords.ts"

/** One value, as a `const`, a member of an `enum`, `null` and each of true and false are. */
export interface One {
  readonly kind: "value"
  readonly value: unknown
}

/** Many values of one kind. */
export interface Many {
  readonly kind: "string" | "number" | "array" | "object"
  readonly asserts: Asserts
  /** The component that it was written as. */
  readonly name?: string
  /** Of an array: its elements, and those of its beginning that have schemas of their own. */
  readonly items: JsonSchema
  readonly prefix: ReadonlyArray<JsonSchema>
  /** Of an object. */
  readonly properties: ReadonlyMap<string, JsonSchema>
  readonly required: ReadonlySet<string>
  /** What fields that are not named may hold; `false`: there are none. */
  readonly additional: JsonSchema
}

/** A schema allows what any of its alternatives allows: `anyOf`, `oneOf`, several types, enums, nullable values come to the same. */
export type Alternative = One | Many

/** What a schema allows, with `$ref` and `allOf` worked in. Schemas of fields and elements are left as they stand. */
export const alternativesOf = (document: Document, schema: JsonSchema): ReadonlyArray<Alternative> => {
  if (schema === false) return []
  if (schema === true) return plain({})
  const expand = (part: JsonSchema): ReadonlyArray<Alternative> => alternativesOf(document, part)
  const both = [
    ...(schema.$ref === undefined ? [] : [named(schema.$ref, expand(pointedAt(document, schema.$ref) as JsonSchema))]),
    ...list(schema.allOf).map(expand),
    ...[schema.anyOf, schema.oneOf].filter(Array.isArray).map((union) => list(union).flatMap(expand))
  ]
  return both.reduce(
    (found, more) => distinct(found.flatMap((one) => more.flatMap((other) => meet(one, other)))),
    plain(schema)
  )
}

const list = (schemas: unknown): ReadonlyArray<JsonSchema> => (Array.isArray(schemas) ? schemas : [])

/** A component that is one variant gives it its name; one that is a union of several does not. */
const named = (pointer: string, alternatives: ReadonlyArray<Alternative>): ReadonlyArray<Alternative> =>
  alternatives.filter(({ kind }) => kind !== "value").length > 1
    ? alternatives
    : alternatives.map((one) => (one.kind === "value" ? one : { name: nameOf(pointer), ...one }))

const typesOf = ({ type }: SchemaObject): ReadonlyArray<string> | undefined =>
  typeof type === "string" ? [type] : (type as ReadonlyArray<string> | undefined)

const KINDS = ["null", "boolean", "number", "string", "array", "object"] as const

/** What a schema's own keywords allow. */
const plain = (schema: SchemaObject): ReadonlyArray<Alternative> => {
  const types = new Set<string>(typesOf(schema) ?? KINDS).difference(new Set(excluded(schema.not)))
  const found = [...types].flatMap((type): ReadonlyArray<Alternative> => {
    if (type === "null") return [{ kind: "value", value: null }]
    if (type === "boolean") return [true, false].map((value) => ({ kind: "value", value }))
    if (type === "integer" && types.has("number")) return []
    const kind = type === "integer" ? "number" : (type as Many["kind"])
    return [many(schema, kind, type === "integer")]
  })
  const values = "const" in schema ? [schema.const] : schema.enum
  if (!Array.isArray(values)) return found
  return distinct(values.map((value): One => ({ kind: "value", value })).filter((one) => covered(one, found)))
}

const many = (schema: SchemaObject, kind: Many["kind"], integer: boolean): Many => {
  const tuple = Array.isArray(schema.items) ? schema.items : list(schema.prefixItems)
  const rest = Array.isArray(schema.items) ? schema.additionalItems : schema.items
  return {
    kind,
    asserts: assertsOf(schema, kind, integer),
    items: kind === "array" ? ((rest as JsonSchema) ?? true) : true,
    prefix: kind === "array" ? tuple : [],
    properties: new Map(
      kind === "object" ? Object.entries((schema.properties as Record<string, JsonSchema>) ?? {}) : []
    ),
    required: new Set(kind === "object" ? (schema.required as ReadonlyArray<string>) : []),
    additional: kind === "object" ? ((schema.additionalProperties as JsonSchema) ?? true) : true
  }
}

/** Is this value among those? */
export const covered = ({ value }: One, alternatives: ReadonlyArray<Alternative>): boolean =>
  alternatives.some((one) => {
    if (one.kind === "value") return canonicalJson(one.value as never) === canonicalJson(value as never)
    if (typeof value === "string" || typeof value === "number")
      return one.kind === typeof value && keeps(one.asserts, value)
    return value !== null && one.kind === (Array.isArray(value) ? "array" : typeof value)
  })

/** What two alternatives have in common: nothing, or one alternative. */
const meet = (one: Alternative, other: Alternative): ReadonlyArray<Alternative> => {
  if (one.kind === "value") return covered(one, [other]) ? [one] : []
  if (other.kind === "value") return covered(other, [one]) ? [other] : []
  if (one.kind !== other.kind) return []
  const name = one.name ?? other.name
  const fields = new Set([...one.properties.keys(), ...other.properties.keys()])
  return [
    {
      kind: one.kind,
      asserts: mergeAsserts(one.asserts, other.asserts),
      ...(name === undefined ? {} : { name }),
      items: and(one.items, other.items),
      prefix: Array.from({ length: Math.max(one.prefix.length, other.prefix.length) }, (_, at) =>
        and(one.prefix[at] ?? one.items, other.prefix[at] ?? other.items)
      ),
      properties: new Map([...fields].map((field) => [field, and(fieldOf(one, field), fieldOf(other, field))])),
      required: new Set([...one.required, ...other.required]),
      additional: and(one.additional, other.additional)
    }
  ]
}

/** The schema under which an object has a field; `false`: it has none of that name. */
export const fieldOf = ({ properties, additional }: Many, field: string): JsonSchema =>
  properties.get(field) ?? additional

const and = (one: JsonSchema, other: JsonSchema): JsonSchema => {
  if (one === true || other === false) return other
  return other === true || one === false ? one : { allOf: [one, other] }
}

const distinct = (alternatives: ReadonlyArray<Alternative>): ReadonlyArray<Alternative> => {
  const seen = new Set<string>()
  return alternatives.filter((one) => {
    if (one.kind !== "value") return true
    const text = canonicalJson(one.value as never)
    return !seen.has(text) && seen.add(text) !== undefined
  })
}
