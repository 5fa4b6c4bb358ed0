/** The same schema with every reference in it replaced; `replace` is given where it points to. */
export const mapRefs = (value: unknown, replace: (pointer: string) => object): unknown => {
  if (Array.isArray(value)) return value.map((one) => mapRefs(one, replace))
  if (typeof value !== "object" || value === null) return value
  const { $ref } = value as { readonly $ref?: unknown }
  return typeof $ref === "string"
    ? replace($ref)
    : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapRefs(one, replace)]))
}
