/** JSON Schemas as they stand in an AsyncAPI or OpenAPI document. */

/** A JSON Schema: `true` allows everything, `false` nothing. */
export type JsonSchema = boolean | SchemaObject
export interface SchemaObject {
  readonly $ref?: string
  readonly [keyword: string]: unknown
}

/** A whole document, in which `#/…` points. */
export type Document = { readonly [key: string]: unknown }

/** Where `#/components/schemas/Role` points to. Throws an `Error` where that is nothing. */
export const pointedAt = (document: Document, pointer: string): unknown => {
  if (!pointer.startsWith("#")) throw new Error(`${pointer} points out of the document`)
  const steps = pointer.slice(1).split("/").slice(1)
  return steps.reduce<unknown>((at, step) => {
    const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")
    const next = (at as Record<string, unknown> | undefined)?.[key]
    if (next === undefined) throw new Error(`${pointer} points to nothing`)
    return next
  }, document)
}

/** A part of a document that may stand elsewhere: followed until it is no reference. */
export const followed = <A>(document: Document, part: A | { readonly $ref: string }): A => {
  let at: unknown = part
  while (typeof (at as { $ref?: unknown } | undefined)?.$ref === "string")
    at = pointedAt(document, (at as { $ref: string }).$ref)
  return at as A
}

/** `#/components/schemas/Role` → `Role`. */
export const nameOf = (pointer: string): string => pointer.slice(pointer.lastIndexOf("/") + 1)
