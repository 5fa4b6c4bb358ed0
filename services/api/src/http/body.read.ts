import type { IncomingMessage, ServerResponse } from "node:http"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { BodyTooLarge, MalformedBody, UnsupportedMediaType } from "@sluice/contracts/http/http.errors"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { GivenBody } from "./body.given.ts"

/** The largest body unless a route says otherwise: 256 KiB, whether its length is announced or it comes in chunks. */
export const LARGEST_BODY = 256 * 1024

export const utf8 = new TextDecoder("utf-8", { fatal: true })
export const JSON_TYPE = /^application\/(?:[a-z0-9.!#$&^_-]+\+)?json\s*(?:;\s*charset="?utf-8"?\s*)?;?\s*$/i

const unsupported = new UnsupportedMediaType({ supported: "application/json in UTF-8" })

export type BodyFault = BodyTooLarge | MalformedBody | UnsupportedMediaType

/** The JSON of a request's body, parsed. `undefined` for an empty one. */
export const readBody = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<unknown, BodyFault> => {
  const { "content-type": type, "content-encoding": encoding } = request.headers
  if (type !== undefined && type !== "application/json" && !JSON_TYPE.test(type)) return Effect.fail(unsupported)
  if (encoding !== undefined && encoding !== "identity") return Effect.fail(unsupported)
  if (request.source instanceof GivenBody) return given(request.source, LARGEST_BODY)
  return Effect.flatMap(bytesOf(request), (bytes): Effect.Effect<unknown, BodyFault> => {
    if (bytes.length === 0) return Effect.void
    return type === undefined ? Effect.fail(unsupported) : parse(bytes)
  })
}

const given = ({ value, length }: GivenBody, maximum: number): Effect.Effect<unknown, BodyTooLarge> =>
  length > maximum ? Effect.fail(new BodyTooLarge({ maximum })) : Effect.succeed(value)

const parse = (bytes: Buffer): Effect.Effect<unknown, MalformedBody> => {
  try {
    return Effect.succeed(JSON.parse(utf8.decode(bytes)))
  } catch {
    return Effect.fail(new MalformedBody({ reason: "The body is not JSON in UTF-8" }))
  }
}

/**
 * Read straight from Node's request: the stream in between costs a tenth of a command. What is left of a body that is too
 * large is the server's to drain once the answer is out.
 */
export const bytesOf = (
  request: HttpServerRequest.HttpServerRequest,
  maximum = LARGEST_BODY
): Effect.Effect<Buffer, BodyTooLarge | MalformedBody> =>
  request.source instanceof GivenBody
    ? bytesGiven(request.source, JSON_TYPE.test(request.headers["content-type"] ?? ""), maximum)
    : bytesReceived(request, maximum)

const bytesGiven = (body: GivenBody, isJson: boolean, maximum: number) =>
  Effect.andThen(
    given(body, maximum),
    Effect.try({
      try: () => body.bytes(isJson),
      catch: () => new MalformedBody({ reason: "The body is nested too deep" })
    })
  )

const bytesReceived = (request: HttpServerRequest.HttpServerRequest, maximum: number) =>
  Effect.callback<Buffer, BodyTooLarge | MalformedBody>((resume) => {
    const message = NodeHttpServerRequest.toIncomingMessage(request) as IncomingMessage
    if (message.headers.expect !== undefined && !message.complete)
      (NodeHttpServerRequest.toServerResponse(request) as ServerResponse).writeContinue()
    const chunks: Array<Buffer> = []
    let length = 0
    const stop = (answer: Effect.Effect<Buffer, BodyTooLarge | MalformedBody>): void => {
      message.off("data", onData).off("end", onEnd).off("error", onLost).off("aborted", onLost)
      resume(answer)
    }
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk)
      length += chunk.length
      if (length > maximum) stop(Effect.fail(new BodyTooLarge({ maximum })))
    }
    const onEnd = (): void =>
      stop(Effect.succeed(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)))
    const onLost = (): void => stop(Effect.fail(new MalformedBody({ reason: "The body ended early" })))
    if (Number(message.headers["content-length"]) > maximum) return resume(Effect.fail(new BodyTooLarge({ maximum })))
    message.on("data", onData).on("end", onEnd).on("error", onLost).on("aborted", onLost)
  })
