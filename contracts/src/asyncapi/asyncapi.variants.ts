import { isDeepStrictEqual } from "node:util"
import { mapRefs } from "./asyncapi.refs.ts"
import type { JsonSchema, Schemas } from "./asyncapi.types.ts"

const COMPONENTS = "#/components/schemas/"

/**
 * One definition for what Effect has numbered (`Actor`, `Actor_1`) because it met it more than once: numbers follow the order
 * of everything else, so a name would change with what has nothing to do with it. Where only the descriptions differ, each
 * stands where it is said. What differs otherwise keeps its number.
 */
export const foldVariants = ({ schemas, definitions }: Schemas): Schemas => {
  const variants = Object.keys(definitions).flatMap((name) => {
    const base = name.replace(/_\d+$/, "")
    return base !== name && isDeepStrictEqual(undescribed(definitions[name]), undescribed(definitions[base]))
      ? [[name, base] as const]
      : []
  })
  const baseOf = new Map(variants)
  const described = new Set(
    variants.filter(([name, base]) => !isDeepStrictEqual(definitions[name], definitions[base])).flat()
  )

  /** A reference to a variant points to its base and says what the variant said. */
  const pointed = (value: unknown): unknown =>
    mapRefs(value, (pointer) => {
      const name = pointer.replace(COMPONENTS, "")
      const ref = { $ref: `${COMPONENTS}${baseOf.get(name) ?? name}` }
      const description = described.has(name) ? definitions[name]?.description : undefined
      return description === undefined ? ref : { allOf: [ref], description }
    })

  return {
    schemas: schemas.map((schema) => pointed(schema) as JsonSchema),
    definitions: Object.fromEntries(
      Object.entries(definitions)
        .filter(([name]) => !baseOf.has(name))
        .map(([name, one]) => [name, pointed(described.has(name) ? undescribed(one) : one) as JsonSchema])
    )
  }
}

const undescribed = (schema: JsonSchema | undefined): JsonSchema | undefined => {
  if (schema === undefined) return undefined
  const { description: _, ...rest } = schema
  return rest
}
