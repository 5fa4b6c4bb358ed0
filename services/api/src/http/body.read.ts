import { BodyTooLarge, MalformedBody, UnsupportedMediaType } from "@sluice/contracts/http/http.errors"
import { ByteSize, Effect } from "effect"
import { HttpIncomingMessage, type HttpServerRequest } from "effect/http"

/** The largest body: 256 KiB, whether its length is announced or it comes in chunks. */
export const LARGEST_BODY = 256 * 1024
const largest = ByteSize.kibibytes(256)

const utf8 = new TextDecoder("utf-8", { fatal: true })
const JSON_TYPE = /^application\/(?:[a-z0-9.!#$&^_-]+\+)?json\s*(?:;\s*charset="?utf-8"?\s*)?;?\s*$/i

/** The JSON of a request's body, parsed. `undefined` for an empty one. */
export const readBody = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    const { "content-type": type, "content-encoding": encoding } = request.headers
    if ((type !== undefined && !JSON_TYPE.test(type)) || (encoding !== undefined && encoding !== "identity"))
      return yield* new UnsupportedMediaType({ supported: "application/json in UTF-8" })
    const bytes = yield* request.arrayBuffer.pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, largest),
      Effect.mapError((error) =>
        error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
          ? new BodyTooLarge({ maximum: LARGEST_BODY })
          : new MalformedBody({ reason: "The body ended early" })
      )
    )
    if (bytes.byteLength === 0) return undefined
    if (type === undefined) return yield* new UnsupportedMediaType({ supported: "application/json in UTF-8" })
    return yield* Effect.try({
      try: () => JSON.parse(utf8.decode(bytes)) as unknown,
      catch: () => new MalformedBody({ reason: "The body is not JSON in UTF-8" })
    })
  })
