interface Routes {
  readonly groups: {
    readonly [group: string]: {
      readonly endpoints: { readonly [endpoint: string]: { readonly path: string; readonly method: string } }
    }
  }
}

/** The paths that are served beside the API, to anybody, and the methods that each takes. */
const PUBLIC_PATHS: ReadonlyArray<readonly [path: string, methods: ReadonlyArray<string>]> = [
  ["/openapi.json", ["GET"]],
  ["/docs", ["GET"]],
  ["/asyncapi.json", ["GET"]],
  ["/docs/events", ["GET"]],
  ["/healthz", ["GET"]],
  ["/readyz", ["GET"]],
  ["/metrics", ["GET"]],
  ["/unsubscribe/:token", ["GET", "POST"]]
]

/** Which methods a path takes, whatever was asked: so a wrong one is told from a wrong path (405 or 404). */
export const allowedMethods = (api: Routes): ((path: string) => ReadonlyArray<string>) => {
  const byTemplate = new Map<string, Set<string>>(PUBLIC_PATHS.map(([path, methods]) => [path, new Set(methods)]))
  for (const group of Object.values(api.groups))
    for (const { path, method } of Object.values(group.endpoints)) {
      const methods = byTemplate.get(path) ?? new Set()
      byTemplate.set(path, methods.add(method))
    }
  const routes = [...byTemplate].map(([template, methods]) => ({
    pattern: new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/:[a-z]+/g, "[^/]+")}/?$`),
    methods: [...(methods.has("GET") ? ["GET", "HEAD"] : []), ...[...methods].filter((one) => one !== "GET"), "OPTIONS"]
  }))
  return (path) => routes.find(({ pattern }) => pattern.test(path))?.methods ?? []
}
