import { HttpApi, type HttpApiEndpoint } from "effect/http-api"
import { Api } from "../api.ts"

/** A command, whichever door it comes by. */
export interface CommandEntry {
  /** `<category>.<command>`, for example `session.open`: in subjects, metrics and the hash of an idempotency key. */
  readonly name: string
  readonly category: string
  /** What it is over HTTP: method, path, headers, payload, answers, refusals, scopes. */
  readonly group: string
  readonly endpoint: HttpApiEndpoint.Top
}

/** Reads that need a body, so they are sent with POST. */
const READS: ReadonlySet<string> = new Set(["billing.forecast"])

/** `sessions` → `session`; `deliveries` → `delivery`. */
const singular = (group: string): string => group.replace(/ies$/, "y").replace(/s$/, "")
/** `recordUsage` → `record-usage`. */
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const entries: Array<CommandEntry> = []
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ group, endpoint }) => {
    const category = singular(group.identifier)
    const name = `${category}.${kebab(endpoint.identifier)}`
    if (endpoint.method === "GET" || READS.has(name)) return
    entries.push({ name, category, group: group.identifier, endpoint: endpoint as HttpApiEndpoint.Top })
  }
})

/** Every command there is, in the order of the API: whatever changes something over HTTP can be sent over NATS too. */
export const commands: ReadonlyArray<CommandEntry> = entries
