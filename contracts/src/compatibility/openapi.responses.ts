import type { Finding } from "./compatibility.change.ts"
import type {
  OpenApiContent,
  OpenApiDocument,
  OpenApiHeader,
  OpenApiOperation,
  OpenApiResponse
} from "./openapi.types.ts"
import { problemFindings } from "./problem.findings.ts"
import { type Documents, schemaFindings } from "./schema.findings.ts"

/**
 * What callers are answered. They read by what was released and leave alone what they do not know: fields, headers, and refusals, since a
 * status or problem that is not known counts as the class it belongs to (4xx, 5xx; RFC 9110, section 15). So refusals come and go freely,
 * while each one keeps its shape; successes do not.
 */

interface Route {
  readonly name: string
  readonly operation: OpenApiOperation
}

const who = "callers over HTTP"
const finding = (breaking: boolean, where: string, what: string): Finding => ({ breaking, who, where, what })
const isRefusal = (status: string): boolean => /^[45]/.test(status)

export const compareResponses = (
  documents: { readonly released: OpenApiDocument; readonly current: OpenApiDocument },
  { operation: before }: Route,
  { name, operation: after }: Route
): ReadonlyArray<Finding> => {
  const [were, are] = [before.responses ?? {}, after.responses ?? {}]
  return [...new Set([...Object.keys(were), ...Object.keys(are)])].flatMap((status) => {
    const [was, is] = [were[status], are[status]]
    if (was === undefined) return [finding(!isRefusal(status), name, `it may answer ${status}`)]
    if (is === undefined) return [finding(!isRefusal(status), name, `it no longer answers ${status}`)]
    return compareResponse(documents as unknown as Documents, was, is, status, name)
  })
}

const compareResponse = (
  documents: Documents,
  was: OpenApiResponse,
  is: OpenApiResponse,
  status: string,
  route: string
): ReadonlyArray<Finding> => {
  const where = `the answer ${status} of ${route}`
  return [
    ...compareHeaders(documents, was.headers ?? {}, is.headers ?? {}, where),
    ...compareContents(documents, was.content ?? {}, is.content ?? {}, where, isRefusal(status))
  ]
}

/** They come and go with the announcement that a route may go. */
const ANNOUNCING = new Set(["Deprecation", "Sunset", "Link"])

const compareHeaders = (
  documents: Documents,
  was: Readonly<Record<string, OpenApiHeader>>,
  is: Readonly<Record<string, OpenApiHeader>>,
  where: string
): ReadonlyArray<Finding> =>
  [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((name) => {
    if (ANNOUNCING.has(name)) return []
    const [before, after] = [was[name], is[name]]
    if (before === undefined) return [finding(false, where, `the header ${name} is new`)]
    if (after === undefined) return [finding(true, where, `the header ${name} is gone`)]
    const [had, has] = [before.required === true, after.required === true]
    const presence =
      had === has ? [] : [finding(had, where, `the header ${name} is ${has ? "always" : "not always"} there`)]
    const place = { who, by: "sluice", where: `the header ${name} of ${where}` } as const
    return [...presence, ...schemaFindings(documents, before.schema ?? true, after.schema ?? true, place)]
  })

const compareContents = (
  documents: Documents,
  was: OpenApiContent,
  is: OpenApiContent,
  where: string,
  refusal: boolean
): ReadonlyArray<Finding> =>
  [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((type) => {
    const [before, after] = [was[type]?.schema, is[type]?.schema]
    if (was[type] === undefined) return [finding(false, where, `it may be ${type}`)]
    if (is[type] === undefined) return [finding(true, where, `it is never ${type}`)]
    const compare = refusal ? problemFindings : schemaFindings
    return compare(documents, before ?? true, after ?? true, { who, by: "sluice", where })
  })
