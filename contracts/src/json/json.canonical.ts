import { hash } from "node:crypto"
import type { Json } from "../event/event.envelope.ts"

/** JSON with the keys of every object in code unit order: equal for equal values, whatever order Postgres' jsonb or a caller used. */
export const canonicalJson = (value: Json): string => {
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`)
  return `{${members.join(",")}}`
}

/** Equal as JSON: the order of keys does not matter, the order of elements does. */
export const sameJson = (left: Json, right: Json): boolean => canonicalJson(left) === canonicalJson(right)

/** SHA-256 of the canonical JSON, in hex. */
export const jsonHash = (value: Json): string => hash("sha256", canonicalJson(value), "hex")

const isArray: (value: Json) => value is ReadonlyArray<Json> = Array.isArray
