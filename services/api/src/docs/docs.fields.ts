import type { JsonSchema } from "@sluice/contracts/asyncapi/asyncapi.types"

/** JSON Schemas as tables of fields. */

/** A piece of text, and what it leads to where it names a schema. */
export interface Word {
  readonly text: string
  readonly href?: string
}

export interface Field {
  /** `links[].title` for a field of an object in an array. */
  readonly name: string
  readonly required: boolean
  readonly type: ReadonlyArray<Word>
  readonly limits: ReadonlyArray<string>
  readonly description: string
}

const COMPONENTS = "#/components/schemas/"

const schemasOf = (list: unknown): ReadonlyArray<JsonSchema> => (Array.isArray(list) ? list : [])
const say = (text: string): ReadonlyArray<Word> => [{ text }]
const either = (words: ReadonlyArray<ReadonlyArray<Word>>): ReadonlyArray<Word> =>
  words.flatMap((one, index) => (index === 0 ? one : [{ text: " or " }, ...one]))

/** What of kind a value is, in words. */
export const typeOf = (schema: JsonSchema): ReadonlyArray<Word> => {
  const { $ref, allOf, anyOf, oneOf, type, items, format } = schema
  if (typeof $ref === "string") {
    const text = $ref.replace(COMPONENTS, "")
    return [{ text, href: `#${anchor("schema", text)}` }]
  }
  if (schema.const !== undefined) return say(JSON.stringify(schema.const))
  if (Array.isArray(schema.enum)) return either(schema.enum.map((one) => say(JSON.stringify(one))))
  if (anyOf !== undefined || oneOf !== undefined) return either(schemasOf(anyOf ?? oneOf).map(typeOf))
  if (allOf !== undefined && type === undefined) return either(schemasOf(allOf).map(typeOf))
  if (type === "array") return [{ text: "array of " }, ...typeOf((items ?? {}) as JsonSchema)]
  if (type === undefined) return say("anything")
  return say(format === undefined ? String(type) : `${type} (${format})`)
}

/** What `minimum` and the like say of a value. */
const limitsOf = (schema: JsonSchema): ReadonlyArray<string> => {
  const { pattern, minimum, maximum, exclusiveMinimum, minLength, maxLength, minItems, maxItems } = schema
  const between = (least: unknown, most: unknown, unit: string) =>
    least === undefined && most === undefined
      ? []
      : [
          `${[least === undefined ? "" : `at least ${least}`, most === undefined ? "" : `at most ${most}`].filter(Boolean).join(", ")}${unit}`
        ]
  return [
    ...between(minLength, maxLength, " characters"),
    ...between(minItems, maxItems, " items"),
    ...between(minimum, maximum, ""),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(pattern === undefined ? [] : [`matches ${pattern}`]),
    ...schemasOf(schema.anyOf).flatMap((one) => (one.$ref === undefined ? limitsOf(one) : []))
  ]
}

/** The fields of an object, those of objects within it too, but for schemas that have a name of their own. */
export const fieldsOf = (schema: JsonSchema, prefix = ""): ReadonlyArray<Field> => {
  const required = new Set(schemasOf(schema.required) as unknown as ReadonlyArray<string>)
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>
  return Object.entries(properties).flatMap(([key, one]) => {
    const name = `${prefix}${key}`
    const field = {
      name,
      required: required.has(key),
      type: typeOf(one),
      limits: limitsOf(one),
      description: typeof one.description === "string" ? one.description : ""
    }
    return [field, ...within(one, name)]
  })
}

const within = (schema: JsonSchema, name: string): ReadonlyArray<Field> => {
  if (schema.properties !== undefined) return fieldsOf(schema, `${name}.`)
  if (schema.type === "array" && schema.items !== undefined) return within(schema.items as JsonSchema, `${name}[]`)
  return schemasOf(schema.anyOf).flatMap((one) => within(one, name))
}

/** An id in the page for something that has a name. */
export const anchor = (kind: string, name: string): string => `${kind}-${name.replaceAll(/[^A-Za-z0-9.-]/g, "_")}`
