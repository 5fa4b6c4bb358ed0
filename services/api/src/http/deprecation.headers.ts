import { Deprecated, type DeprecationHeaders, deprecationHeaders } from "@sluice/contracts/http/http.deprecation"
import { Context, Option } from "effect"

interface Routes {
  readonly groups: {
    readonly [group: string]: {
      readonly endpoints: {
        readonly [endpoint: string]: {
          readonly path: string
          readonly method: string
          readonly annotations: Context.Context<never>
        }
      }
    }
  }
}

/** What answers of a method and URL say about the end of their route; nothing where it is not about to go. */
export type Announce = (method: string, url: string) => DeprecationHeaders | undefined

/** Made once: of an API without such routes nothing is looked up. */
export const announcing = (api: Routes): Announce => {
  const going = Object.values(api.groups)
    .flatMap(({ endpoints }) => Object.values(endpoints))
    .flatMap(({ path, method, annotations }) => {
      const deprecation = Option.getOrUndefined(Context.getOption(annotations, Deprecated))
      if (deprecation === undefined) return []
      const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:[a-z]+/gi, "[^/]+")}/?(?:[?#]|$)`)
      return [{ method, pattern, headers: deprecationHeaders(deprecation) }]
    })
  if (going.length === 0) return () => undefined
  return (asked, url) => {
    const method = asked === "HEAD" ? "GET" : asked
    return going.find((route) => route.method === method && route.pattern.test(url))?.headers
  }
}
