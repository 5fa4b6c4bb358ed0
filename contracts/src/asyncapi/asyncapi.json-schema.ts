import { JsonSchema as Effect, Schema, SchemaRepresentation } from "effect"
import { mapRefs } from "./asyncapi.refs.ts"
import { type JsonSchema, type Schemas, schemaRef } from "./asyncapi.types.ts"
import { foldVariants } from "./asyncapi.variants.ts"

/** JSON Schemas as AsyncAPI wants them (draft-07), out of Effect schemas and out of the OpenAPI document. */

export interface Options {
  /** Stands before the names of what the schemas share. */
  readonly prefix?: string
}

/** Schemas of what Effect schemas encode to. */
export const jsonSchemasOf = (schemas: ReadonlyArray<Schema.Top>, options: Options = {}): Schemas => {
  const { prefix = "" } = options
  const [first, ...rest] = schemas.map((schema) => Schema.toCodecJson(schema).ast)
  if (first === undefined) return { schemas: [], definitions: {} }
  const multi = SchemaRepresentation.toJsonSchemaMultiDocument(
    SchemaRepresentation.toRepresentations([first, ...rest]),
    // Readers ignore keys that they do not know, so that a field can be added.
    { onExcessProperty: "ignore" }
  )
  const named = (schema: Effect.JsonSchema) =>
    mapRefs(schema, (pointer) => schemaRef(`${prefix}${pointer.replace("#/$defs/", "")}`)) as JsonSchema
  const definitions = Object.entries(multi.definitions).map(([name, one]) => [`${prefix}${name}`, named(one)] as const)
  const folded = foldVariants({ schemas: multi.schemas.map(named), definitions: Object.fromEntries(definitions) })
  return { schemas: folded.schemas.map(draft07), definitions: allDraft07(folded.definitions) }
}

/** From draft 2020-12, which OpenAPI 3.1 means too, to draft-07; references stay as they are. */
export const draft07 = (schema: object): JsonSchema =>
  plain(
    Effect.toDocumentDraft07({ dialect: "draft-2020-12", schema: schema as Effect.JsonSchema, definitions: {} }).schema
  ) as JsonSchema

export const allDraft07 = (definitions: Readonly<Record<string, object>>): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(definitions).map(([name, one]) => [name, draft07(one)]))

/** What says nothing is left out: unknown keys are allowed by default, and JSON's whole numbers are exact up to 2^53. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).filter(
    ([key, one]) =>
      !(key === "additionalProperties" && one === true) &&
      !(key === "minimum" && one === Number.MIN_SAFE_INTEGER) &&
      !(key === "maximum" && one === Number.MAX_SAFE_INTEGER)
  )
  return flat(Object.fromEntries(entries.map(([key, one]) => [key, plain(one)])))
}

/** Keywords that mean the same beside others as in an `allOf`. */
const ALONE =
  /^(title|description|format|pattern|(min|max)(Length|Items|Properties)|(exclusiveM|m)(in|ax)imum|multipleOf)$/

/** Without those parts of an `allOf` that can be said beside it: `{ allOf: [{ pattern }] }` is `{ pattern }`. */
const flat = (schema: JsonSchema): JsonSchema => {
  const { allOf, ...rest } = schema
  if (!Array.isArray(allOf)) return schema
  const parts = allOf as ReadonlyArray<JsonSchema>
  const movable = parts.filter((part) => Object.keys(part).every((key) => ALONE.test(key) && !(key in rest)))
  const keys = movable.flatMap((part) => Object.keys(part))
  if (new Set(keys).size < keys.length) return schema
  const others = parts.filter((part) => !movable.includes(part))
  return { ...rest, ...(others.length === 0 ? {} : { allOf: others }), ...Object.assign({}, ...movable) }
}
