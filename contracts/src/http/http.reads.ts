import { Schema } from "effect"

/** `250ms` or `2s`, at most ten seconds. */
const Wait = Schema.String.check(
  Schema.makeFilter((text) => {
    const millis = waitMillis(text)
    if (millis === undefined) return "must be like 500ms or 2s"
    return millis <= 10_000 || "must be 10s at most"
  })
)

/** Milliseconds of a `wait`; undefined for what is none. */
export const waitMillis = (text: string): number | undefined => {
  const match = /^(\d{1,6})(ms|s)$/.exec(text)
  return match === null ? undefined : Number(match[1]) * (match[2] === "s" ? 1000 : 1)
}

/** Query parameters of reading one resource: to read one's own write, name the version that its `ETag` gave. */
export const readYourWrite = {
  minVersion: Schema.optionalKey(
    Schema.Int.check(Schema.isGreaterThan(0)).annotate({ description: "Answer no earlier version than this one" })
  ),
  wait: Schema.optionalKey(
    Wait.annotate({ description: "How long to wait for minVersion, for example 2s; 10s at most. Then 503" })
  )
}
