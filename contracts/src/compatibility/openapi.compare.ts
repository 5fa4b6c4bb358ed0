import { canonicalJson } from "../json/json.canonical.ts"
import type { Finding } from "./compatibility.change.ts"
import { compareRequests } from "./openapi.requests.ts"
import { compareResponses } from "./openapi.responses.ts"
import { sunsetOf } from "./openapi.sunsets.ts"
import type { OpenApiDocument, OpenApiOperation } from "./openapi.types.ts"

/** The released HTTP contract and today's. */
export interface OpenApiDocuments {
  readonly released: OpenApiDocument
  readonly current: OpenApiDocument
}

const who = "callers over HTTP"

interface Route {
  /** `POST /v1/sessions/{id}` */
  readonly name: string
  readonly operation: OpenApiOperation
}

/** Routes by method and path; how a path calls its parameters is nobody's business but ours. */
const routesOf = ({ paths }: OpenApiDocument): ReadonlyMap<string, Route> =>
  new Map(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => {
        const name = `${method.toUpperCase()} ${path}`
        return [name.replaceAll(/\{[^}]*\}/g, "{}"), { name, operation }] as const
      })
    )
  )

/** What changed for callers over HTTP. `now` decides whether a route whose end was announced may be gone. */
export const compareOpenApi = (documents: OpenApiDocuments, now: Date): ReadonlyArray<Finding> => {
  const [were, are] = [routesOf(documents.released), routesOf(documents.current)]
  const added = [...are].filter(([key]) => !were.has(key))
  return [
    ...[...were].flatMap(([key, was]) => {
      const is = are.get(key)
      return is === undefined ? [goneRoute(was, now)] : compareRoute(documents, was, is, now)
    }),
    ...added.map(([, { name }]) => ({ breaking: false, who, where: name, what: "the route is new" }) as const),
    ...compareSchemes(documents)
  ]
}

const goneRoute = ({ name, operation }: Route, now: Date): Finding => {
  const sunset = sunsetOf(operation)
  const day = sunset?.toISOString().slice(0, 10)
  if (sunset !== undefined && sunset <= now)
    return { breaking: false, who, where: name, what: `the route is gone, as announced for ${day}` }
  const remedy =
    day === undefined ? "release it as deprecated first, with a Sunset" : `keep it until its Sunset, ${day}`
  return { breaking: true, who, where: name, what: "the route is gone", remedy }
}

const compareRoute = (documents: OpenApiDocuments, was: Route, is: Route, now: Date): ReadonlyArray<Finding> => [
  ...compareSunset(was, is, now),
  ...compareSecurity(was, is),
  ...compareRequests(documents, was, is),
  ...compareResponses(documents, was, is)
]

const compareSunset = ({ operation: before }: Route, { name, operation }: Route, now: Date): ReadonlyArray<Finding> => {
  const [was, is] = [sunsetOf(before), sunsetOf(operation)]
  const day = is?.toISOString().slice(0, 10)
  if (was !== undefined && is !== undefined && is < was)
    return [{ breaking: true, who, where: name, what: `its Sunset is ${day}, earlier than was released` }]
  if (was === undefined && is !== undefined && is <= now) {
    const what = `its Sunset is ${day}, which leaves nobody time to move`
    return [{ breaking: true, who, where: name, what, remedy: "announce a day that is still to come" }]
  }
  return before.deprecated !== true && operation.deprecated === true
    ? [
        {
          breaking: false,
          who,
          where: name,
          what: `the route is deprecated${day === undefined ? "" : ` and may go on ${day}`}`
        }
      ]
    : []
}

/** Whatever credentials were enough must be enough. */
const compareSecurity = ({ operation: before }: Route, { name, operation }: Route): ReadonlyArray<Finding> => {
  const ways = ({ security }: OpenApiOperation) =>
    (security === undefined || security.length === 0 ? [{}] : security).map((way) => new Set(Object.keys(way)))
  const enough = ways(before).every((had) => ways(operation).some((needs) => needs.isSubsetOf(had)))
  return enough ? [] : [{ breaking: true, who, where: name, what: "it needs credentials that it did not need" }]
}

const compareSchemes = ({ released, current }: OpenApiDocuments): ReadonlyArray<Finding> =>
  Object.entries(released.components.securitySchemes ?? {}).flatMap(([name, was]) => {
    const is = current.components.securitySchemes?.[name]
    const plain = (scheme: object | undefined) => canonicalJson({ ...scheme, description: "" } as never)
    return plain(is) === plain(was)
      ? []
      : [
          {
            breaking: true,
            who,
            where: `the credentials ${name}`,
            what: is === undefined ? "they are gone" : "they changed"
          }
        ]
  })
