import { Schema } from "effect"

/** Headers of requests, in lower case as servers see them. */

const entityTag = /^(\*|(W\/)?"[\x21\x23-\x7e]*"(\s*,\s*(W\/)?"[\x21\x23-\x7e]*")*)$/u

export const tracing = {
  /** W3C Trace Context. Anything malformed is ignored. */
  traceparent: Schema.optionalKey(Schema.String.annotate({ description: "W3C Trace Context" })),
  "x-trace-id": Schema.optionalKey(
    Schema.String.annotate({ description: "32 hexadecimal digits; used where there is no traceparent" })
  )
}

/** Of a request that creates something. */
export const creating = {
  ...tracing,
  "idempotency-key": Schema.optionalKey(
    Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200)).annotate({
      description: "Repeats of a request under one key have one effect; each caller has keys of their own"
    })
  )
}

/** Of a request that changes something. */
export const changing = {
  ...creating,
  "if-match": Schema.optionalKey(
    Schema.String.check(Schema.isPattern(entityTag, { message: 'must be entity tags, for example "3"' })).annotate({
      description: "The ETag that the resource must still have; otherwise 412"
    })
  )
}

/** Headers of answers. */

const etag = Schema.String.annotate({ description: "The version of the stream, quoted; also a value for minVersion" })
export const versioned = { etag }
export const replayable = {
  etag,
  location: Schema.optionalKey(Schema.String.annotate({ description: "Where the resource is" })),
  "idempotency-replayed": Schema.optionalKey(
    Schema.Literal("true").annotate({ description: "Present when the Idempotency-Key had this effect before" })
  )
}
