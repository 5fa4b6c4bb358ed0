import { callRoute, type Settings } from "./client.call.ts"
import type { Answer, ChangeOptions, ClientOptions } from "./client.options.ts"
import type { Client } from "./client.types.ts"
import type { CallRequest } from "./request.make.ts"
import { routes } from "./route.table.ts"
import { ownVersions } from "./versions.seen.ts"

/**
 * A client of the HTTP API: commands and queries typed by the contract.
 *
 * What does not get through (connection lost; 429, 502, 503, 504) is repeated with growing pauses, a command always under one
 * idempotency key, so that it is done once. What is refused is thrown at once as a `SluiceProblem`. After a command on a
 * resource, this client's reads of that resource wait until they show it.
 */
export const createClient = (options: ClientOptions): Client => {
  const own = ownVersions(options.rememberedResources ?? 10_000)
  const settings: Settings = { ...options, base: new URL(options.url), own }
  const groups: Record<string, Record<string, Method>> = {}
  for (const route of routes) {
    groups[route.group] ??= {}
    const group = groups[route.group] as Record<string, Method>
    group[route.name] = (request = {}, call = {}) => callRoute(settings, route, request, call)
  }
  return groups as unknown as Client
}

type Method = (request?: CallRequest, options?: ChangeOptions) => Promise<Answer<unknown>>
