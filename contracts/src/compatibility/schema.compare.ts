import type { WrittenBy } from "./compatibility.change.ts"
import { alternativesOf, fieldOf, type Many } from "./schema.alternatives.ts"
import { type Document, type JsonSchema, nameOf } from "./schema.document.ts"
import { compareAsserts } from "./schema.keywords.ts"
import { compareKinds, isAnything, pairs, type Union, variantName } from "./schema.union.ts"

/** A schema and the document in which it stands. */
export interface Placed {
  readonly document: Document
  readonly schema: JsonSchema
}

export interface Difference {
  /** `data.links[].url`; empty for the whole. */
  readonly path: string
  /** Values that were allowed are no longer. */
  readonly narrowed: boolean
  /** Values that were not allowed are now. */
  readonly widened: boolean
  readonly what: string
  /** It is a field that is new and may be missing: what was written before has it not. */
  readonly added?: true
  /** The innermost component it lies in, with the path there: `Session.taskId`. */
  readonly shared?: string
}

/** Deeper than any document of ours; a schema that never ends is an error. */
const DEEPEST = 64

/**
 * What changed between two schemas. Field names differ in meaning with who writes them: what others write may have no other field than those
 * named (Sluice refuses unknown ones), what Sluice writes may gain fields at any time, and readers leave alone what they do not know. So of
 * what Sluice writes a new field narrows what is promised and one that is gone widens it; of what others write it is the other way round.
 */
export const compareSchemas = (released: Placed, current: Placed, by: WrittenBy): ReadonlyArray<Difference> => {
  const open = by === "sluice"
  const done = finished(released.document, current.document, by)
  /** Pairs of references that are being compared further out: they count as equal here, and are told there. */
  const running = new Set<string>()
  const met = new Set<string>()

  const schemas = (was: JsonSchema, is: JsonSchema, depth: number): ReadonlyArray<Difference> => {
    if (was === true && is === true) return []
    if (depth > DEEPEST) throw new Error("These schemas never end")
    const names = [referenceOf(was), referenceOf(is)]
    const compared = () =>
      unions(alternativesOf(released.document, was), alternativesOf(current.document, is), depth + 1)
    if (names.includes(undefined)) return compared()
    const key = names.join(" ")
    const known = done.get(key)
    if (known !== undefined) return known
    if (running.has(key)) {
      met.add(key)
      return []
    }
    running.add(key)
    const name = nameOf(names[1] as string)
    const found = compared().map((one) => ({ ...one, shared: one.shared ?? dotted(name, one.path) }))
    running.delete(key)
    met.delete(key)
    if (met.size === 0) done.set(key, found)
    return found
  }

  const unions = (was: Union, is: Union, depth: number): ReadonlyArray<Difference> => {
    const kinds = compareKinds(was, is).map((one) => ({ path: "", ...one }))
    // Said as a whole then: neither side of it has variants. Bounds without a type leave every kind, and are compared below.
    if (isAnything(was) !== isAnything(is) && kinds.length > 0) return kinds
    const includes = (whole: Many, part: Many): boolean =>
      whole.kind === part.kind && !many(whole, part, depth).some(({ widened }) => widened)
    const equal = (one: Many, other: Many): boolean => many(one, other, depth).length === 0
    const { matched, gone, come } = pairs(was, is, equal)
    const lost = gone.filter((one) => !objects(is).some((other) => includes(other, one)))
    const won = come.filter((one) => !objects(was).some((other) => includes(other, one)))
    return [
      ...kinds,
      ...lost.map((one) => ({
        path: "",
        narrowed: true,
        widened: false,
        what: `loses the variant ${variantName(one)}`
      })),
      ...won.map((one) => ({
        path: "",
        narrowed: false,
        widened: true,
        what: `gains the variant ${variantName(one)}`
      })),
      ...matched.flatMap(([one, other]) => many(one, other, depth))
    ]
  }

  const many = (was: Many, is: Many, depth: number): ReadonlyArray<Difference> => [
    ...compareAsserts(was.asserts, is.asserts).map((one) => ({ path: "", ...one })),
    ...(was.kind === "array" ? elements(was, is, depth) : []),
    ...(was.kind === "object" ? [...fields(was, is, depth), ...others(was, is, depth)] : [])
  ]

  const elements = (was: Many, is: Many, depth: number): ReadonlyArray<Difference> => [
    ...Array.from({ length: Math.max(was.prefix.length, is.prefix.length) }, (_, at) =>
      below(`[${at}]`, schemas(was.prefix[at] ?? was.items, is.prefix[at] ?? is.items, depth))
    ).flat(),
    ...below("[]", schemas(was.items, is.items, depth))
  ]

  const fields = (was: Many, is: Many, depth: number): ReadonlyArray<Difference> =>
    [...new Set([...was.properties.keys(), ...is.properties.keys(), ...was.required, ...is.required])].flatMap(
      (field) => {
        const [had, has] = [known(was, field), known(is, field)]
        const [needed, needs] = [was.required.has(field), is.required.has(field)]
        const differs = (narrowed: boolean, what: string, widened = !narrowed): ReadonlyArray<Difference> => [
          { path: field, narrowed, widened, what }
        ]
        if (had === undefined && has === undefined) return []
        // Where there are no other fields, those with it are let in or left out, and those without it the other way round if it is required.
        if (had === undefined && needs) return differs(true, "is new and required", !open)
        if (had === undefined)
          return differs(open, "is new, and optional", !open).map((one) => ({ ...one, added: true }))
        if (has === undefined) return differs(!open, "is gone", open || needed)
        const presence =
          needed === needs ? [] : differs(needs, needs ? "is required, was optional" : "is optional, was required")
        return [...presence, ...below(field, schemas(had, has, depth))]
      }
    )

  /** The schema of a field; undefined where there is none. An object that names no field at all takes any from others. */
  const known = (object: Many, field: string): JsonSchema | undefined => {
    const { properties, required, additional } = object
    const takes = properties.has(field) || required.has(field) || typeof additional === "object"
    const anything = !open && properties.size === 0 && additional === true
    return takes || anything ? fieldOf(object, field) : undefined
  }

  /** Fields that are not named: those of a record, or whether there may be any. */
  const others = (was: Many, is: Many, depth: number): ReadonlyArray<Difference> => {
    const effective = ({ additional }: Many): JsonSchema => (open && additional === false ? true : additional)
    const [before, after] = [effective(was), effective(is)]
    if (before === false && after === false) return []
    if (before === false) return [{ path: "", narrowed: false, widened: true, what: "takes unknown fields" }]
    if (after === false) return [{ path: "", narrowed: true, widened: false, what: "refuses unknown fields" }]
    return below("*", schemas(before, after, depth))
  }

  return schemas(released.schema, current.schema, 0)
}

type Finished = Map<string, ReadonlyArray<Difference>>
const everFinished = new WeakMap<Document, WeakMap<Document, Record<WrittenBy, Finished>>>()

/** What was found out about pairs of references of two documents: components are shared by many places. */
const finished = (released: Document, current: Document, by: WrittenBy): Finished => {
  const ofReleased = everFinished.get(released) ?? new WeakMap()
  everFinished.set(released, ofReleased)
  const both = ofReleased.get(current) ?? { others: new Map(), sluice: new Map() }
  ofReleased.set(current, both)
  return both[by]
}

const objects = (union: Union): ReadonlyArray<Many> => union.filter((one): one is Many => one.kind !== "value")

const referenceOf = (schema: JsonSchema): string | undefined => (typeof schema === "object" ? schema.$ref : undefined)

const dotted = (outer: string, inner: string): string =>
  inner === "" || outer === "" || inner.startsWith("[") ? `${outer}${inner}` : `${outer}.${inner}`

const below = (outer: string, found: ReadonlyArray<Difference>): ReadonlyArray<Difference> =>
  found.map((one) => ({ ...one, path: dotted(outer, one.path) }))
