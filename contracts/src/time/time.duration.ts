import { Duration, Option, Schema } from "effect"

const SECOND = 1000
const LONGEST = 9999 * 24 * 60 * 60 * SECOND

/** Milliseconds of an ISO 8601 duration of weeks and shorter units; undefined for anything else (years and months have no length). */
export const durationMillis = (text: string): number | undefined =>
  Option.getOrUndefined(Option.map(Duration.fromIso(text), Duration.toMillis))

/** An ISO 8601 duration between one second and 9,999 days, for example `PT4H` or `P2D`. */
export const IsoDuration = Schema.String.check(
  Schema.makeFilter((text) => {
    const millis = durationMillis(text)
    if (millis === undefined) return "must be an ISO 8601 duration of weeks or shorter units, for example PT4H or P2D"
    return (millis >= SECOND && millis <= LONGEST) || "must be between one second and 9999 days"
  })
).annotate({ format: "duration" })
