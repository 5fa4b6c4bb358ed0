import type { Finding } from "./compatibility.change.ts"
import { type Document, followed, type JsonSchema } from "./schema.document.ts"
import { type Documents, type Place, schemaFindings } from "./schema.findings.ts"

/** Problems (RFC 9457) that may be told at one place, by their `type`: they come and go freely, each that stays keeps its shape. */
export const problemFindings = (
  documents: Documents,
  was: JsonSchema,
  is: JsonSchema,
  place: Place
): ReadonlyArray<Finding> => {
  const { who, where } = place
  const [had, has] = [problemsOf(documents.released, was), problemsOf(documents.current, is)]
  return [...new Set([...had.keys(), ...has.keys()])].flatMap((type) => {
    const [before, after] = [had.get(type), has.get(type)]
    if (before === undefined) return [{ breaking: false, who, where, what: `it may be the problem ${type}` }]
    if (after === undefined) return [{ breaking: false, who, where, what: `it is no longer the problem ${type}` }]
    return schemaFindings(documents, before, after, place)
  })
}

/** `urn:sluice:problem:race-lost` → its schema; `problem` where a schema tells no type. */
const problemsOf = (document: Document, schema: JsonSchema): ReadonlyMap<string, JsonSchema> => {
  const whole = followed<JsonSchema>(document, schema as never)
  const variants =
    typeof whole === "object" ? ((whole.anyOf ?? whole.oneOf) as Array<JsonSchema> | undefined) : undefined
  return new Map((variants ?? [schema]).map((one) => [typeOf(document, one), one]))
}

const typeOf = (document: Document, schema: JsonSchema): string => {
  const { properties } = followed<{ properties?: Record<string, { const?: string; enum?: [string] }> }>(
    document,
    schema as never
  )
  return properties?.type?.const ?? properties?.type?.enum?.[0] ?? "problem"
}
