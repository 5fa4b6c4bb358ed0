import { canonicalJson } from "../json/json.canonical.ts"
import { type Alternative, covered, type Many, type One } from "./schema.alternatives.ts"
import type { SchemaObject } from "./schema.document.ts"

/** Comparing what two schemas allow as wholes: which kinds of values, which single values, which variants of objects. */
export type Union = ReadonlyArray<Alternative>

export interface KindChange {
  readonly narrowed: boolean
  readonly widened: boolean
  readonly what: string
}

const isOne = (one: Alternative): one is One => one.kind === "value"
const isMany = (one: Alternative): one is Many => one.kind !== "value"
const json = (value: unknown): string => canonicalJson(value as never)
/** null, true and false: told as kinds of values, like text or number. */
const isKind = ({ value }: One): boolean => value === null || typeof value === "boolean"

const kindsOf = (union: Union) => new Set(union.filter(isMany).map(({ kind }) => kind))

const WORDS = { string: "text", number: "number", array: "list", object: "object" } as const

/** Does it allow every value of every kind? */
export const isAnything = (union: Union): boolean => {
  const many = union.filter(isMany)
  const free = (one: Many): boolean =>
    one.additional === true && one.items === true && one.asserts.size + one.properties.size + one.required.size === 0
  return kindsOf(union).size === 4 && union.filter((one) => isOne(one) && isKind(one)).length === 3 && many.every(free)
}

/** `text or null`; `"open", "done" or null`. */
const described = (union: Union): string => {
  const values = union.filter(isOne)
  const flags = values.filter(({ value }) => typeof value === "boolean")
  const words = [
    ...new Set(union.filter(isMany).map(({ kind, asserts }) => (asserts.has("integer") ? "integer" : WORDS[kind]))),
    ...(flags.length === 2 ? ["true or false"] : flags.map(({ value }) => String(value))),
    ...values.filter((one) => !isKind(one)).map(({ value }) => json(value)),
    ...(values.some(({ value }) => value === null) ? ["null"] : [])
  ]
  if (isAnything(union)) return "anything"
  if (words.length === 0) return "nothing"
  return words.length === 1 ? (words[0] as string) : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`
}

/** Kinds and single values that are allowed on one side only. */
export const compareKinds = (was: Union, is: Union): ReadonlyArray<KindChange> => {
  const lost = was.filter(isOne).filter((one) => !covered(one, is))
  const won = is.filter(isOne).filter((one) => !covered(one, was))
  const [had, has] = [kindsOf(was), kindsOf(is)]
  const narrowed = had.difference(has).size > 0 || lost.some(isKind)
  const widened = has.difference(had).size > 0 || won.some(isKind)
  if (narrowed || widened) {
    const [less, more] = [narrowed || lost.length > 0, widened || won.length > 0]
    return [{ narrowed: less, widened: more, what: `is ${described(is)}, was ${described(was)}` }]
  }
  const values = (these: ReadonlyArray<One>): string => these.map(({ value }) => json(value)).join(", ")
  return [
    ...(lost.length > 0 ? [{ narrowed: true, widened: false, what: `loses the value ${values(lost)}` }] : []),
    ...(won.length > 0 ? [{ narrowed: false, widened: true, what: `gains the value ${values(won)}` }] : [])
  ]
}

export interface Pairs {
  readonly matched: ReadonlyArray<readonly [Many, Many]>
  readonly gone: ReadonlyArray<Many>
  readonly come: ReadonlyArray<Many>
}

/**
 * Which variant of today is which one of before: the only one of its kind, the one with the same tag (a field with one value,
 * as `type` often is); where they have no tags the equal one, the one of the same name, or the last that is left. Kinds of which one side has none at all are `compareKinds`' to tell.
 */
export const pairs = (was: Union, is: Union, equal: (one: Many, other: Many) => boolean): Pairs => {
  const left = { was: was.filter(isMany), is: is.filter(isMany) }
  const matched: Array<readonly [Many, Many]> = []
  const pairUp = (fits: (one: Many, other: Many) => boolean): void => {
    for (const one of left.was) {
      const other = left.is.find((candidate) => candidate.kind === one.kind && fits(one, candidate))
      if (other === undefined) continue
      matched.push([one, other])
      left.was = left.was.filter((each) => each !== one)
      left.is = left.is.filter((each) => each !== other)
    }
  }
  const tag = tagOf([...left.was, ...left.is])
  const inBoth = kindsOf(left.was).intersection(kindsOf(left.is))
  const alone = ({ kind }: Many): boolean =>
    [left.was, left.is].every((side) => side.filter((each) => each.kind === kind).length === 1)
  const untagged = ({ kind }: Many): boolean => tag === undefined || kind !== "object"
  pairUp(alone)
  pairUp((one, other) => !untagged(one) && tag?.(one) === tag?.(other))
  pairUp((one, other) => untagged(one) && equal(one, other))
  pairUp((one, other) => untagged(one) && one.name !== undefined && one.name === other.name)
  pairUp((one) => untagged(one) && alone(one))
  return {
    matched,
    gone: left.was.filter(({ kind }) => inBoth.has(kind)),
    come: left.is.filter(({ kind }) => inBoth.has(kind))
  }
}

/** What tells the objects of a union apart: the value of a field that has exactly one in each of them, and not the same in all. */
const tagOf = (alternatives: ReadonlyArray<Many>): ((one: Many) => string | undefined) | undefined => {
  const objects = alternatives.filter(({ kind }) => kind === "object")
  const field = [...(objects[0]?.properties.keys() ?? [])].find((name) => {
    const values = objects.map((one) => onlyValue(one, name))
    return !values.includes(undefined) && new Set(values).size > 1
  })
  return field === undefined ? undefined : (one) => onlyValue(one, field)
}

/** The JSON of the only value that a field may have. */
const onlyValue = ({ properties }: Many, field: string): string | undefined => {
  const schema = properties.get(field)
  const { const: only, enum: few } = (typeof schema === "object" ? schema : {}) as SchemaObject
  if (only !== undefined) return json(only)
  return Array.isArray(few) && few.length === 1 ? json(few[0]) : undefined
}

/** How people call a variant: by its component, by the fields with one value, by its fields, or by its kind. */
export const variantName = (variant: Many): string => {
  const { name, kind, properties } = variant
  if (name !== undefined) return name
  const tags = [...properties.keys()].flatMap((field) => {
    const value = onlyValue(variant, field)
    return value === undefined ? [] : [`${field} ${value}`]
  })
  if (properties.size === 0) return `of kind ${WORDS[kind]}`
  return `with ${(tags.length > 0 ? tags : [...properties.keys()]).join(", ")}`
}
