import { Context } from "effect"
import { OpenApi } from "effect/http-api"

/** Routes that are about to go: said in every answer and in the OpenAPI document, so that callers can move in time. */
export interface Deprecation {
  /** From when on the route should not be used any more: a day or an instant in ISO 8601. */
  readonly since: string
  /** From when on it may be gone; not before `since`. */
  readonly sunset: string
  /** The path of the route to use instead, if there is one: `/v1/sessions`. */
  readonly instead?: string
}

/** Annotation of an endpoint, set by `deprecated`. */
export class Deprecated extends Context.Service<Deprecated, Deprecation>()("sluice/http/Deprecated") {}

/** The headers of every answer of such a route, in lower case as servers set them. */
export type DeprecationHeaders = Readonly<Record<"deprecation" | "sunset", string>> & { readonly link?: string }

/**
 * The annotations of an endpoint that is about to go: `.annotateMerge(deprecated({ since: "2027-01-01", sunset: "2027-07-01" }))`.
 * Only when it was released so and its sunset has passed does the gate of `compatibility` let the route be removed.
 * Throws an `Error` where a date is none, or the sunset is before the deprecation (RFC 9745, section 5).
 */
export const deprecated = (deprecation: Deprecation): Context.Context<never> => {
  const { since, sunset, instead } = deprecation
  if (!(instant(since) <= instant(sunset)))
    throw new Error(`A route cannot go on ${sunset} that is deprecated from ${since} on`)
  return Context.empty().pipe(
    Context.add(Deprecated, deprecation),
    Context.add(OpenApi.Deprecated, true),
    Context.add(OpenApi.Override, {
      "x-deprecation": new Date(since).toISOString(),
      "x-sunset": new Date(sunset).toISOString(),
      ...(instead === undefined ? {} : { "x-successor": instead })
    })
  ) as Context.Context<never>
}

/** `Deprecation` as RFC 9745 has it (seconds since 1970), `Sunset` as RFC 8594 (an HTTP date), `Link` to the successor. */
export const deprecationHeaders = ({ since, sunset, instead }: Deprecation): DeprecationHeaders => ({
  deprecation: `@${Math.floor(instant(since) / 1000)}`,
  sunset: new Date(instant(sunset)).toUTCString(),
  ...(instead === undefined ? {} : { link: `<${instead}>; rel="successor-version"` })
})

const instant = (written: string): number => {
  const time = Date.parse(written)
  if (Number.isNaN(time)) throw new Error(`${written} is no date`)
  return time
}

/** What the OpenAPI document says of those headers, on operations that `deprecated` marked; of others nothing. */
export const describedDeprecation = (
  operation: Readonly<Record<string, unknown>>
): Readonly<Record<string, object>> => {
  const sunset = operation["x-sunset"]
  if (typeof sunset !== "string") return {}
  const said = deprecationHeaders({ since: String(operation["x-deprecation"]), sunset })
  const header = (description: string, example: string) => ({
    description,
    required: true,
    schema: { type: "string" },
    example
  })
  return {
    Deprecation: header(
      "Since when the route should not be used any more: seconds since 1970 after @ (RFC 9745)",
      said.deprecation
    ),
    Sunset: header("From when on the route may be gone (RFC 8594)", said.sunset),
    ...(typeof operation["x-successor"] === "string"
      ? { Link: header("The route to use instead", `<${operation["x-successor"]}>; rel="successor-version"`) }
      : {})
  }
}
