import type { Json, JsonObject } from "../event/event.envelope.ts"

/** The members of `whole` whose names `other` does not have. */
export const without = (whole: JsonObject, other: JsonObject): JsonObject => {
  const rest: Record<string, Json> = {}
  for (const name of Object.keys(whole)) if (!(name in other)) rest[name] = whole[name] as Json
  return rest
}
