/** From a command's message to the request that it would be over HTTP, or why it is none. */

import { CommandUnknown } from "@sluice/contracts/command/command.errors"
import { COMMAND_HEADERS } from "@sluice/contracts/command/command.message"
import { BadRequest, BodyTooLarge, MalformedBody } from "@sluice/contracts/http/http.errors"
import type { InputIssue } from "@sluice/contracts/input/input.errors"
import { DOCUMENT_MAX_BYTES } from "@sluice/contracts/workflow/workflow.document"
import { GivenBody } from "../http/body.given.ts"
import { LARGEST_BODY, utf8 } from "../http/body.read.ts"
import type { DoorRefusal } from "../http/command.refused.ts"
import { LONGEST_PARAMETER } from "../http/http.server.ts"
import { pointerOf } from "../http/input.issues.ts"
import { HeadersTooMany } from "./command.headers.ts"
import { addressOf, type CommandRoute } from "./command.routes.ts"

/** The part of a NATS message that says what is wanted. */
export interface CommandMessage {
  readonly subject: string
  readonly data: Uint8Array
  /** Throws where the client sent what is no header, or too many. */
  readonly headers?: Iterable<[string, ReadonlyArray<string>]> | undefined
}

export interface CommandRequest {
  readonly tenant: string
  readonly source: GivenBody
}

/** Bytes of a message that may be beside its body: parameters and punctuation. */
const BESIDE_BODY = 32 * 1024

/** Of every message: what no command's body may have is not even parsed. */
const LARGEST = Math.max(LARGEST_BODY, DOCUMENT_MAX_BYTES) + BESIDE_BODY

/** Of a command that the catalogue knows, at most one fault of the envelope is told: what is in it is for the handlers to judge. */
export const requestOf = (message: CommandMessage): CommandRequest | DoorRefusal => {
  const { tenant, route } = addressOf(message.subject)
  if (route === undefined) return new CommandUnknown({ subject: message.subject })
  if (message.data.length > LARGEST) return new BodyTooLarge({ maximum: LARGEST_BODY })
  const headers = headersOf(message)
  if (headers instanceof BadRequest) return headers
  const envelope = envelopeOf(message.data, route)
  if (envelope instanceof BadRequest || envelope instanceof MalformedBody) return envelope
  const { url, value, length } = envelope
  return { tenant, source: new GivenBody({ method: route.method, url, headers, value, length }) }
}

const bad = (...issues: ReadonlyArray<InputIssue>) => new BadRequest({ issues })

/** The values of headers are printable ASCII, as everybody writes them; anything else would mean another key on another door. */
const PRINTABLE = /^[\x20-\x7e]*$/

const KNOWN: ReadonlySet<string> = new Set(COMMAND_HEADERS)

/** Those headers that mean something, in lower case. */
export const headersOf = (message: CommandMessage): Record<string, string> | BadRequest => {
  const headers: Record<string, string> = { "content-type": "application/json" }
  const given = new Set<string>()
  try {
    for (const [name, values] of message.headers ?? []) {
      const key = name.toLowerCase()
      if (!KNOWN.has(key)) continue
      const [value = ""] = values
      if (values.length > 1 || given.has(key)) return bad({ pointer: `/headers/${key}`, message: "must be given once" })
      if (!PRINTABLE.test(value)) return bad({ pointer: `/headers/${key}`, message: "must be printable ASCII" })
      given.add(key)
      headers[key] = value
    }
    return headers
  } catch (thrown) {
    const message = thrown instanceof HeadersTooMany ? thrown.message : "cannot be read"
    return bad({ pointer: "/headers", message })
  }
}

interface Envelope {
  readonly url: string
  readonly value: unknown
  readonly length: number
}

const envelopeOf = (data: Uint8Array, route: CommandRoute): Envelope | BadRequest | MalformedBody => {
  const parsed = data.length === 0 ? {} : parse(data)
  if (parsed instanceof MalformedBody) return parsed
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    return bad({ pointer: "/message", message: "must be an object with params and body" })
  const unexpected = Object.keys(parsed).filter((key) => key !== "params" && key !== "body")
  if (unexpected.length > 0)
    return bad(
      ...unexpected.slice(0, 10).map((key) => ({ pointer: `/message${pointerOf([key])}`, message: "is unexpected" }))
    )
  const { params = {}, body } = parsed as { readonly params?: unknown; readonly body?: unknown }
  const values = paramsOf(params, route)
  if (values instanceof BadRequest) return values
  return { url: route.url(values), value: body, length: bytesOfBody(data.length, params as object) }
}

const parse = (data: Uint8Array): unknown => {
  try {
    return JSON.parse(utf8.decode(data))
  } catch {
    return new MalformedBody({ reason: "The message is not JSON in UTF-8" })
  }
}

/** All faults at once. Of the pointers `/path` is the same as over HTTP. */
const paramsOf = (params: unknown, route: CommandRoute): Readonly<Record<string, string>> | BadRequest => {
  if (typeof params !== "object" || params === null || Array.isArray(params))
    return bad({ pointer: "/path", message: "must be an object of texts" })
  const given = new Map<string, unknown>(Object.entries(params))
  const faulty = route.params.flatMap((name) => {
    const message = given.has(name) ? faultOf(given.get(name)) : "is missing"
    return message === undefined ? [] : [{ pointer: `/path/${name}`, message }]
  })
  const extra = [...given.keys()]
    .filter((name) => !route.params.includes(name))
    .slice(0, 10)
    .map((name) => ({ pointer: `/path${pointerOf([name])}`, message: "is unexpected" }))
  return faulty.length + extra.length > 0 ? bad(...faulty, ...extra) : (params as Record<string, string>)
}

/** Why a parameter cannot stand in a URL, where it would be another one or none. */
const faultOf = (value: unknown): string | undefined =>
  typeof value !== "string"
    ? "must be a text"
    : value === ""
      ? "must not be empty"
      : !value.isWellFormed()
        ? "must not contain a lone surrogate"
        : value.length > LONGEST_PARAMETER || encodeURIComponent(value).length > LONGEST_PARAMETER
          ? "is too long"
          : undefined

/** Bytes of the body alone, as if it had come by HTTP: what is around it is the envelope's. */
const bytesOfBody = (whole: number, params: object): number => {
  if (whole <= LARGEST_BODY) return whole
  const names = Object.keys(params).length > 0 ? Buffer.byteLength(`"params":${JSON.stringify(params)},`) : 0
  return whole - names - '{"body":}'.length
}
