import type { RetrySettings } from "./retry.policy.ts"

/** What a client is made of. */
export interface ClientOptions {
  /** Where the API is, for example `https://sluice.example.com`; a path in it is kept as a prefix. */
  readonly url: string | URL
  /** The bearer token, or where to get the one that holds now; asked anew for every attempt, so let it remember. */
  readonly token: string | (() => string | Promise<string>)
  /** How requests are repeated that did not get through. */
  readonly retry?: RetrySettings | undefined
  /** How long a read may wait at the server for one's own writes, in milliseconds; 10,000 at most. Default 2,000. */
  readonly waitForOwnWrites?: number | undefined
  /** Of how many resources the client remembers what it wrote. Default 10,000; 0: reads wait for nothing. */
  readonly rememberedResources?: number | undefined
  /** In place of the global `fetch`, for a proxy or certificates of one's own. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** Of any call. */
export interface CallOptions {
  /** Gives the call up; it then rejects with the signal's reason. A command may have been done nevertheless. */
  readonly signal?: AbortSignal | undefined
  /** W3C Trace Context of what led to this call. */
  readonly traceparent?: string | undefined
}

/** Of a command. */
export interface CommandOptions extends CallOptions {
  /** Repeats under one key have one effect. A fresh one per call unless told. */
  readonly idempotencyKey?: string | undefined
}

/** Of a command on something that exists. */
export interface ChangeOptions extends CommandOptions {
  /** The version (or `ETag`) that the resource must still have; otherwise the problem `PreconditionFailed`. */
  readonly ifMatch?: number | string | undefined
}

/** What the API answered. */
export interface Answer<Body> {
  readonly body: Body
  /** HTTP status: 200, 201 or 202. */
  readonly status: number
  /** Of the resource, from the `ETag`; undefined for lists and what else has none. */
  readonly version: number | undefined
  /** Where the resource is; undefined where nothing was made. */
  readonly location: string | undefined
  /** The command had this effect before, under the same idempotency key. */
  readonly replayed: boolean
  /** Names the request in the server's logs. */
  readonly traceId: string | undefined
  /** How often it was sent, 1 or more. */
  readonly attempts: number
}
