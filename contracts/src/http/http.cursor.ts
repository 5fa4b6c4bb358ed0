import { Result, Schema } from "effect"

/**
 * Cursors of lists: where a page ended, as base64url of JSON, so that nobody mistakes them for something to compute with.
 * `decode` answers undefined for what this list never gave out.
 */
export const cursorOf = <A>(schema: Schema.Codec<A, Schema.Json>) => {
  const decode = Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })
  const encode = Schema.encodeSync(schema)
  return {
    encode: (position: A): string => Buffer.from(JSON.stringify(encode(position))).toString("base64url"),
    decode: (cursor: string): A | undefined => {
      const text = Buffer.from(cursor, "base64url").toString()
      try {
        return Result.getOrUndefined(decode(JSON.parse(text)))
      } catch {
        return undefined
      }
    }
  }
}

const Instant = Schema.String.check(
  Schema.makeFilter((text) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text)
)

/** Where a page ended that is ordered by creation, then id. */
export const creationCursor = cursorOf(Schema.Tuple([Instant, Schema.String.check(Schema.isUUID())]))

/** Where a page ended that is ordered by position. */
export const positionCursor = cursorOf(Schema.Tuple([Schema.Int.check(Schema.isGreaterThan(0))]))

/** Where a page of phases ended: creation and id of the run, and the phase's place in it. */
export const phaseCursor = cursorOf(
  Schema.Tuple([Instant, Schema.String.check(Schema.isUUID()), Schema.Int.check(Schema.isGreaterThan(0))])
)
