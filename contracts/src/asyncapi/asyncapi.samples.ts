import { readdirSync, readFileSync } from "node:fs"
import type { MessageExample } from "./asyncapi.types.ts"

/** Events as they once went over the wire: `<type>.v<version>.json`, further ones `<type>.v<version>.<what>.json`. */
const golden = new URL("../../golden/", import.meta.url)

/** The golden samples of one version of an event: whole CloudEvents. Throws an `Error` where there is none. */
export const eventSamples = (type: string, schemaVersion: number): ReadonlyArray<MessageExample> => {
  const key = `${type}.v${schemaVersion}`
  const names = readdirSync(golden)
    .filter((file) => file.startsWith(`${key}.`) && file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  if (names.length === 0) throw new Error(`contracts/golden has no sample of ${key}`)
  return names.map((name) => ({ name, payload: JSON.parse(readFileSync(new URL(`${name}.json`, golden), "utf8")) }))
}
