import { Api } from "@sluice/contracts/api"
import type { Schema } from "effect"
import { HttpApi } from "effect/http-api"

/** An endpoint of the HTTP contract, as far as a caller is concerned. */
export interface Route {
  readonly group: string
  readonly name: string
  readonly method: string
  /** With `:parameters`. */
  readonly path: string
  /** Takes an `Idempotency-Key`: every command does, and no query. */
  readonly takesKey: boolean
  /** Can wait for a version. */
  readonly takesMinVersion: boolean
  readonly hasPayload: boolean
  /** Of a payload that may be given as a text too (a document as YAML): its content type. */
  readonly textType: string | undefined
  /** How it may be refused, by status. */
  readonly refusals: ReadonlyMap<number, ReadonlyArray<Schema.Top>>
}

/** The names in a struct that the contract has wrapped into a codec. */
const namesIn = (schema: unknown): ReadonlyArray<string> =>
  Object.keys((schema as { readonly schema?: { readonly fields?: object } } | undefined)?.schema?.fields ?? {})

/** Whether an answer comes bit by bit and for ever. */
const streams = (success: Schema.Top): boolean => {
  const inner = (success as { readonly schema?: object }).schema
  return "mode" in success || (inner !== undefined && "mode" in inner)
}

const found: Array<Route> = []
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ group, endpoint, errors }) => {
    if ([...endpoint.success].some(streams)) return
    found.push({
      group: group.identifier,
      name: endpoint.identifier,
      method: endpoint.method,
      path: endpoint.path,
      takesKey: namesIn(endpoint.headers).includes("idempotency-key"),
      takesMinVersion: namesIn(endpoint.query).includes("minVersion"),
      hasPayload: endpoint.payload.size > 0,
      textType: [...endpoint.payload.keys()].find((contentType) => !contentType.includes("json")),
      refusals: errors
    })
  }
})

/** Every endpoint with a whole answer: a stream of events is for `subscribe`, or for a reader of server-sent events. */
export const routes: ReadonlyArray<Route> = found
