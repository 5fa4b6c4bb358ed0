import type { Finding } from "./compatibility.change.ts"
import type { OpenApiContent, OpenApiDocument, OpenApiOperation, OpenApiParameter } from "./openapi.types.ts"
import { type Documents, schemaFindings } from "./schema.findings.ts"

/** What callers send: parameters in path, query and headers, and a body. Everything that was accepted must go on being accepted. */

interface Route {
  readonly name: string
  readonly operation: OpenApiOperation
}

const who = "callers over HTTP"
const finding = (breaking: boolean, where: string, what: string): Finding => ({ breaking, who, where, what })

export const compareRequests = (
  documents: { readonly released: OpenApiDocument; readonly current: OpenApiDocument },
  was: Route,
  is: Route
): ReadonlyArray<Finding> => {
  const both = documents as unknown as Documents
  return [...compareParameters(both, was, is), ...compareBodies(both, was, is)]
}

/** Path parameters are told apart by their place, headers without regard to capitals. */
const parametersOf = ({ name, operation }: Route): ReadonlyMap<string, OpenApiParameter> => {
  const inPath = [...name.matchAll(/\{([^}]*)\}/g)].map(([, parameter]) => parameter)
  const key = (one: OpenApiParameter): string => {
    if (one.in === "path") return `path ${inPath.indexOf(one.name)}`
    return `${one.in} ${one.in === "header" ? one.name.toLowerCase() : one.name}`
  }
  return new Map((operation.parameters ?? []).map((one) => [key(one), one]))
}

const KINDS: Readonly<Record<string, string>> = { path: "path parameter", query: "query parameter", header: "header" }

const compareParameters = (documents: Documents, was: Route, is: Route): ReadonlyArray<Finding> => {
  const [had, has] = [parametersOf(was), parametersOf(is)]
  return [...new Set([...had.keys(), ...has.keys()])].flatMap((key) => {
    const [before, after] = [had.get(key), has.get(key)]
    const one = (after ?? before) as OpenApiParameter
    const what = `the ${KINDS[one.in] ?? one.in} ${one.name}`
    const needs = after?.required === true
    if (before === undefined) return [finding(needs, is.name, `${what} is new and ${needs ? "required" : "optional"}`)]
    if (after === undefined) return [finding(true, is.name, `${what} is gone`)]
    const presence =
      needs === (before.required === true)
        ? []
        : [finding(needs, is.name, `${what} is ${needs ? "required, was optional" : "optional, was required"}`)]
    const where = `${what} of ${is.name}`
    return [
      ...presence,
      ...schemaFindings(documents, before.schema ?? true, after.schema ?? true, { who, by: "others", where })
    ]
  })
}

const compareBodies = (
  documents: Documents,
  { operation: before }: Route,
  { name, operation: after }: Route
): ReadonlyArray<Finding> => {
  const [was, is] = [before.requestBody, after.requestBody]
  if (was === undefined && is === undefined) return []
  const needs = is?.required === true
  if (was === undefined) return [finding(needs, name, `it takes a body${needs ? ", which is required" : ""}`)]
  if (is === undefined) return [finding(true, name, "it takes no body any more")]
  const presence =
    needs === (was.required === true)
      ? []
      : [finding(needs, name, `the body is ${needs ? "required, was optional" : "optional, was required"}`)]
  return [...presence, ...compareContents(documents, was.content, is.content, name)]
}

const compareContents = (
  documents: Documents,
  was: OpenApiContent,
  is: OpenApiContent,
  name: string
): ReadonlyArray<Finding> =>
  [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((type) => {
    const [before, after] = [was[type], is[type]]
    if (before === undefined) return [finding(false, name, `the body may be ${type}`)]
    if (after === undefined) return [finding(true, name, `the body may not be ${type} any more`)]
    const where = `the body of ${name}`
    return schemaFindings(documents, before.schema ?? true, after.schema ?? true, { who, by: "others", where })
  })
