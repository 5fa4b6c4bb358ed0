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
  const routes = Object.values(api.groups)
    .flatMap(({ endpoints }) => Object.values(endpoints))
    .map(({ path, method, annotations }) => {
      const deprecation = Option.getOrUndefined(Context.getOption(annotations, Deprecated))
      const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:[a-z]+/gi, "[^/?#]+")}/?(?:[?#]|$)`)
      return { method, path, pattern, headers: deprecation && deprecationHeaders(deprecation) }
    })
    // As the router has it: what is spelt out goes before a parameter.
    .sort((a, b) => parametersIn(a) - parametersIn(b))
  if (routes.every(({ headers }) => headers === undefined)) return () => undefined
  return (asked, url) => {
    const method = asked === "HEAD" ? "GET" : asked
    return routes.find((route) => route.method === method && route.pattern.test(url))?.headers
  }
}

const parametersIn = ({ path }: { readonly path: string }): number => path.split(":").length
