import type { JsonSchema } from "./asyncapi.types.ts"

const REF = /"\$ref":"#\/components\/schemas\/([^"]+)"/g

/** Those schemas that something refers to, directly or through others. Throws an `Error` for a reference to none. */
export const reachable = (
  schemas: Readonly<Record<string, JsonSchema>>,
  from: unknown
): Readonly<Record<string, JsonSchema>> => {
  const found = new Set<string>()
  const follow = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(REF)) {
      if (found.has(name as string)) continue
      const schema = schemas[name as string]
      if (schema === undefined) throw new Error(`There is no schema ${name}`)
      found.add(name as string)
      follow(schema)
    }
  }
  follow(from)
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)))
}
