import { versionsIn } from "@sluice/contracts/http/http.etag"
import { Effect } from "effect"

/** No stream ever has it. */
const NEVER = -1

/**
 * The version that `If-Match` asks for; undefined when any will do. The bus compares it again when it decides. Of several
 * tags the one that the resource has now is taken, and any of them when it has none.
 */
export const expectedVersion = <E>(
  ifMatch: string | undefined,
  head: Effect.Effect<{ readonly version: number }, E>
): Effect.Effect<number | undefined, E> => {
  const versions = ifMatch === undefined ? "any" : versionsIn(ifMatch)
  if (versions === "any" || versions.length < 2)
    return Effect.succeed(versions === "any" ? undefined : (versions[0] ?? NEVER))
  return Effect.map(head, ({ version }) => (versions.includes(version) ? version : NEVER))
}
