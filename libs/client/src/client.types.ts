import type { Api } from "@sluice/contracts/api"
import type { Schema } from "effect"
import type { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import type { Answer, CallOptions, ChangeOptions, CommandOptions } from "./client.options.ts"

/** The client's type, derived from the HTTP contract: groups and endpoints are called as there. */

type ApiGroups = typeof Api extends HttpApi.HttpApi<infer _Id, infer Groups> ? Groups : never
type Endpoint = HttpApiEndpoint.ConstraintRequest
type Stream = { readonly mode: "sse" | "uint8array" }
/** Streams of events are for `subscribe`, or for a reader of server-sent events. */
type Streaming = Stream | { readonly schema: Stream }

/** What a schema looks like on the wire, as JSON. */
type Wire<S> =
  S extends HttpApiSchema.WithHeaders<infer Inner, infer _Headers>
    ? Wire<Inner>
    : S extends Schema.toCodecJson<infer Inner>
      ? Inner["Encoded"]
      : S extends Schema.toCodecStringTree<infer Inner>
        ? Inner["Encoded"]
        : S extends Schema.Constraint
          ? S["Encoded"]
          : never

/** What every type extends that requires nothing. */
type Nothing = Record<never, never>

type Part<Name extends string, S> = [S] extends [never]
  ? unknown
  : Nothing extends Wire<S>
    ? { readonly [_ in Name]?: Wire<S> }
    : { readonly [_ in Name]: Wire<S> }

type Params<S> = [S] extends [never]
  ? unknown
  : { readonly params: { readonly [Name in keyof Wire<S>]: Wire<S>[Name] | number } }

type Flat<T> = { [K in keyof T]: T[K] }

/** What a call of an endpoint sends: `params` of the path, `query`, and `payload`, the body. */
export type RequestOf<E extends Endpoint> = Flat<
  Params<E["~Params"]> & Part<"query", E["~Query"]> & Part<"payload", E["~Payload"]>
>

/** The body of an endpoint's answer; an answer without one (304 to a condition) is for those who ask for it. */
export type BodyOf<E extends Endpoint> = Some<Exclude<Wire<E["~Success"]>, void>>
type Some<T> = [T] extends [never] ? undefined : T

type HeaderOf<E extends Endpoint> = keyof E["~Headers"]["Type"]
type OptionsOf<E extends Endpoint> =
  "if-match" extends HeaderOf<E> ? ChangeOptions : "idempotency-key" extends HeaderOf<E> ? CommandOptions : CallOptions

/** The formats beside JSON that a query may ask for. */
type TextFormat<E extends Endpoint> = [E["~Query"]] extends [never]
  ? never
  : "format" extends keyof Wire<E["~Query"]>
    ? Exclude<Wire<E["~Query"]>["format"], "json" | undefined>
    : never

type Call<Request, Options, Body> = Nothing extends Request
  ? (request?: Request, options?: Options) => Promise<Answer<Body>>
  : (request: Request, options?: Options) => Promise<Answer<Body>>

type InFormat<E extends Endpoint, Query, Body> = Call<RequestOf<E> & Query, OptionsOf<E>, Body>

/** An answer that may be a text is one exactly where the call asks for it. */
export type Method<E extends Endpoint> = [TextFormat<E>] extends [never]
  ? Call<RequestOf<E>, OptionsOf<E>, BodyOf<E>>
  : InFormat<E, { readonly query: { readonly format: TextFormat<E> } }, string> &
      InFormat<E, { readonly query?: { readonly format?: "json" } }, BodyOf<E>> &
      InFormat<E, unknown, BodyOf<E> | string>

type Methods<Endpoints> = {
  readonly [Name in keyof Endpoints as Endpoints[Name] extends { readonly "~Success": Streaming }
    ? never
    : Name]: Endpoints[Name] extends Endpoint ? Method<Endpoints[Name]> : never
}

/** Commands and queries by group, as the HTTP contract names them: `client.sessions.open({ payload: { role: "pm" } })`. */
export type Client = {
  readonly [Group in ApiGroups as HttpApiGroup.Identifier<Group>]: Methods<Group["endpoints"]>
}
