import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { etagOf } from "@sluice/contracts/http/http.etag"
import { jsonbOrder } from "@sluice/event-store/jsonb-order"
import { HttpServerResponse } from "effect/http"

/** Answers are views in the shape of the contract already, so they are written as they are; tests hold them to it. */
const json = (body: unknown, status: number, headers: Record<string, string>) =>
  HttpServerResponse.text(JSON.stringify(body), {
    status,
    contentType: "application/json",
    headers
  })

/** A resource at a version, or a list (without one). */
export const found = (body: unknown, version?: number) =>
  json(body, 200, version === undefined ? {} : { etag: etagOf(version) })

/** A resource that is new, and where it is. */
export const created = (body: unknown, location: string) => json(body, 201, { location })

interface CommandAnswer {
  readonly body: unknown
  /** Of the stream after the command. */
  readonly version: number
  readonly location?: string
  /** The command makes a resource: 201 the first time. */
  readonly creates: boolean
  /** What it sets off happens later: 202 each time. */
  readonly defers?: boolean
  readonly done: { readonly replayed?: number; readonly keyReplayed: boolean }
}

/**
 * What a command did. A replay answers 200 (202 where it was that) with the same body, `ETag` and `Location`; the body's keys
 * come in the order of jsonb, as reads have them, so that its bytes are the same whichever instance answers.
 */
export const answered = ({ body, version, location, creates, defers = false, done }: CommandAnswer) =>
  json(jsonbOrder(body as JsonObject), defers ? 202 : creates && done.replayed === undefined ? 201 : 200, {
    etag: etagOf(version),
    ...(location === undefined ? {} : { location }),
    ...(done.keyReplayed ? { "idempotency-replayed": "true" } : {})
  })
