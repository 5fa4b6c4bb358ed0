import type { Json, JsonObject } from "@sluice/contracts/event/event.envelope"

const byLengthThenBytes = (left: string, right: string): number => {
  const difference = Buffer.byteLength(left) - Buffer.byteLength(right)
  return difference === 0 ? Buffer.compare(Buffer.from(left), Buffer.from(right)) : difference
}

/** Objects have few shapes, and putting their keys in order costs more than looking the order up. */
const ORDERS_MAXIMUM = 1000
const orders = new Map<string, ReadonlyArray<string>>()

const inOrderOf = (keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  const shape = JSON.stringify(keys)
  const known = orders.get(shape)
  if (known !== undefined) return known
  const sorted = keys.toSorted(byLengthThenBytes)
  if (orders.size < ORDERS_MAXIMUM) orders.set(shape, sorted)
  return sorted
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
  Object.fromEntries(inOrderOf(Object.keys(object)).map((key) => [key, inOrder(object[key] as Json)]))
