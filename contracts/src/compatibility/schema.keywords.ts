import { canonicalJson } from "../json/json.canonical.ts"

/** The keywords of JSON Schema that hold a value in bounds, and what they mean when they change. */

interface Limit {
  /** Is it a lower one: the larger the number, the fewer values fit? */
  readonly lower: boolean
  readonly says: (limit: number) => string
}

const LIMITS: Readonly<Record<string, Limit>> = {
  minLength: { lower: true, says: (limit) => `has at least ${limit} characters` },
  maxLength: { lower: false, says: (limit) => `has at most ${limit} characters` },
  minItems: { lower: true, says: (limit) => `has at least ${limit} elements` },
  maxItems: { lower: false, says: (limit) => `has at most ${limit} elements` },
  minProperties: { lower: true, says: (limit) => `has at least ${limit} fields` },
  maxProperties: { lower: false, says: (limit) => `has at most ${limit} fields` },
  minimum: { lower: true, says: (limit) => `is at least ${limit}` },
  maximum: { lower: false, says: (limit) => `is at most ${limit}` },
  exclusiveMinimum: { lower: true, says: (limit) => `is more than ${limit}` },
  exclusiveMaximum: { lower: false, says: (limit) => `is less than ${limit}` }
}

/** Of one keyword, as often as it applies: `{ allOf: [{ pattern: a }, { pattern: b }] }` has two patterns. */
export type Asserts = ReadonlyMap<string, ReadonlyArray<unknown>>

/** Keywords that bound nothing: they describe, or `schema.alternatives` reads them itself. */
const WITHOUT_BOUNDS = new Set(
  `title description examples example default deprecated readOnly writeOnly discriminator externalDocs xml
  $schema $id $anchor $comment $defs definitions $ref allOf anyOf oneOf type enum const
  items prefixItems additionalItems properties required additionalProperties`.split(/\s+/)
)

/** To which kind of values a keyword applies; those not listed are taken to apply to every kind. */
const APPLIES: ReadonlyArray<readonly [kind: string, keywords: ReadonlyArray<string>]> = [
  ["string", ["minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType", "contentSchema"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"]],
  ["array", ["minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "unevaluatedItems"]],
  [
    "object",
    "minProperties maxProperties patternProperties propertyNames dependentRequired dependentSchemas unevaluatedProperties".split(
      " "
    )
  ]
]
const ofSomeKind = new Set(APPLIES.flatMap(([, keywords]) => keywords))
const byKind = new Map(APPLIES.map(([kind, keywords]) => [kind, new Set(keywords)]))

/** The kinds that `not: { type: … }` leaves out, as Effect writes an object of no fields; none where it says something else. */
export const excluded = (not: unknown): ReadonlyArray<string> => {
  const { type, ...more } = (typeof not === "object" && not !== null ? not : {}) as { readonly type?: unknown }
  const types = typeof type === "string" ? [type] : type
  // A number may be no integer and so be allowed by `not: { type: "integer" }`: that is no matter of kinds.
  return Array.isArray(types) && Object.keys(more).length === 0 && !types.includes("integer")
    ? [...types, ...(types.includes("number") ? ["integer"] : [])]
    : []
}

/** What a schema's own keywords assert about values of one kind. */
export const assertsOf = (schema: Readonly<Record<string, unknown>>, kind: string, integer: boolean): Asserts => {
  const applies = (keyword: string): boolean =>
    byKind.get(kind)?.has(keyword) === true || (!ofSomeKind.has(keyword) && !WITHOUT_BOUNDS.has(keyword))
  const own = Object.entries(schema).filter(
    ([keyword, value]) =>
      !keyword.startsWith("x-") && applies(keyword) && !(keyword === "not" && excluded(value).length > 0)
  )
  const entries = own.map(([keyword, value]): readonly [string, unknown] => {
    if (integer && keyword === "exclusiveMinimum") return ["minimum", (value as number) + 1]
    if (integer && keyword === "exclusiveMaximum") return ["maximum", (value as number) - 1]
    return [keyword, value]
  })
  return mergeAsserts(
    new Map(integer ? [["integer", [true]]] : []),
    new Map(entries.map(([name, one]) => [name, [one]]))
  )
}

/** What holds where both hold: of limits the stricter, of all else every one. */
export const mergeAsserts = (left: Asserts, right: Asserts): Asserts => {
  const merged = new Map(left)
  for (const [keyword, values] of right) {
    const all = [...(left.get(keyword) ?? []), ...values]
    const limit = LIMITS[keyword]
    if (limit === undefined) merged.set(keyword, unique(all))
    else merged.set(keyword, [(limit.lower ? Math.max : Math.min)(...(all as Array<number>))])
  }
  return merged
}

const unique = (values: ReadonlyArray<unknown>): ReadonlyArray<unknown> => [
  ...new Map(values.map((value) => [canonicalJson(value as never), value])).values()
]

/** Does a value from an enum lie within bounds? What cannot be computed here counts as kept. */
export const keeps = (asserts: Asserts, value: string | number): boolean =>
  [...asserts].every(([keyword, [given]]) => {
    const size = typeof value === "number" ? value : value.length
    if (keyword === "integer") return Number.isInteger(value)
    if (keyword === "pattern")
      return (asserts.get(keyword) ?? []).every((one) => new RegExp(one as string, "u").test(String(value)))
    const limit = LIMITS[keyword]
    if (limit === undefined) return true
    if (size === given) return !keyword.startsWith("exclusive")
    return limit.lower ? size > (given as number) : size < (given as number)
  })

/** How one keyword changed, and whether that leaves out values or lets in others. */
export interface AssertChange {
  readonly narrowed: boolean
  readonly widened: boolean
  readonly what: string
}

/** How bounds changed, keyword by keyword. A pattern that was exchanged for another may do both. */
export const compareAsserts = (before: Asserts, after: Asserts): ReadonlyArray<AssertChange> =>
  [...new Set([...before.keys(), ...after.keys()])].flatMap((keyword) => {
    const was = before.get(keyword) ?? []
    const is = after.get(keyword) ?? []
    const limit = LIMITS[keyword]
    if (limit !== undefined) return limitChange(limit, was[0] as number | undefined, is[0] as number | undefined)
    const gone = without(was, is)
    const come = without(is, was)
    if (gone.length + come.length === 0) return []
    return [{ narrowed: come.length > 0, widened: gone.length > 0, what: told(keyword, gone, come) }]
  })

const without = (these: ReadonlyArray<unknown>, those: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  const there = new Set(those.map((one) => canonicalJson(one as never)))
  return these.filter((one) => !there.has(canonicalJson(one as never)))
}

const limitChange = ({ lower, says }: Limit, was: number | undefined, is: number | undefined) => {
  if (was === is) return []
  if (is === undefined) return [{ narrowed: false, widened: true, what: `no longer ${says(was as number)}` }]
  const narrowed = was === undefined || (lower ? is > was : is < was)
  return [{ narrowed, widened: !narrowed, what: `${says(is)}, ${was === undefined ? "was unbounded" : `was ${was}`}` }]
}

const text = (values: ReadonlyArray<unknown>): string =>
  values.map((one) => (typeof one === "string" ? one : canonicalJson(one as never))).join(" and ")

const told = (keyword: string, gone: ReadonlyArray<unknown>, come: ReadonlyArray<unknown>): string => {
  if (keyword === "integer") return come.length > 0 ? "is an integer, was any number" : "is any number, was an integer"
  if (gone.length === 0) return `gains the ${keyword} ${text(come)}`
  return come.length === 0
    ? `loses the ${keyword} ${text(gone)}`
    : `has the ${keyword} ${text(come)}, was ${text(gone)}`
}
