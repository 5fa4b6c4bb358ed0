import type { Route } from "./route.table.ts"

/** What a call says, as the types of `Client` have it. */
export interface CallRequest {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly payload?: unknown
}

/** The path with its parameters. Throws a `TypeError` for one that is missing, or that would lead elsewhere. */
export const pathOf = ({ path }: Pick<Route, "path">, params: CallRequest["params"] = {}): string =>
  path.replaceAll(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined || value === "") throw new TypeError(`${path} needs the parameter ${name}`)
    // Not even escaped could these two be part of a URL.
    if (value === "." || value === "..") throw new TypeError(`${path} takes no ${JSON.stringify(value)} as ${name}`)
    return encodeURIComponent(value)
  })

/** The URL of a path under the API's own. */
export const urlOf = (base: URL, path: string, query: Readonly<Record<string, unknown>>): URL => {
  const url = new URL(base)
  url.pathname = base.pathname.replace(/\/$/, "") + path
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, typeof value === "object" ? JSON.stringify(value) : `${value}`)
  return url
}
