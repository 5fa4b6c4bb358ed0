import type { Json, JsonObject } from "@sluice/contracts/event/event.envelope"

const byLengthThenBytes = (left: string, right: string): number => {
  const difference = Buffer.byteLength(left) - Buffer.byteLength(right)
  return difference === 0 ? Buffer.compare(Buffer.from(left), Buffer.from(right)) : difference
}

const inOrder = (value: Json): Json => {
  if (value === null || typeof value !== "object") return value
  if (Array.isArray(value)) return value.map(inOrder)
  return jsonbOrder(value as JsonObject)
}

/**
 * The same object with its keys as Postgres' jsonb gives them back (shorter first, then by byte: `compareJsonbPair` in
 * jsonb_util.c). What a command answers and what a later read folds from the stored events is then the same text.
 */
export const jsonbOrder = (object: JsonObject): JsonObject =>
  // Not by assignment, which would lose a key named __proto__.
  Object.fromEntries(
    Object.keys(object)
      .sort(byLengthThenBytes)
      .map((key) => [key, inOrder(object[key] as Json)])
  )
