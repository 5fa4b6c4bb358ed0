import { Api } from "@sluice/contracts/api"
import { Ajv2020 } from "ajv/dist/2020.js"
import formats from "ajv-formats"
import { OpenApi } from "effect/http-api"

/** What is looked at of an answer. */
export interface Seen {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

interface Response {
  readonly content?: Record<string, { readonly schema: object }>
  readonly headers?: Record<string, { readonly required?: boolean }>
}
type Operation = { readonly responses: Record<string, Response> }

/** The OpenAPI document that the contracts promise; a test holds `/openapi.json` to it. */
export const openApi = OpenApi.fromApi(Api) as unknown as {
  readonly paths: Record<string, Record<string, Operation>>
}

/** With no other fields than those that are named: readers take more, Sluice says nothing that is in no contract. */
const closed = (document: object): object =>
  JSON.parse(JSON.stringify(document), (_, value) =>
    value?.type === "object" && value.properties !== undefined && value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value
  )

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema({ $id: "openapi", ...closed(openApi) })

const routes = Object.entries(openApi.paths).map(([template, operations]) => ({
  template,
  pattern: new RegExp(`^${template.replaceAll(/\{[a-z]+\}/g, "[^/]+")}/?$`),
  operations
}))

const pointer = (...keys: ReadonlyArray<string>): string =>
  keys.map((key) => `/${encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("")

/**
 * Throws when an answer is not what the OpenAPI document says of its route: status, content type, headers, body. Paths
 * and methods that the document does not have are left alone.
 */
export const holdToContract = ({ method, path, status, headers, text }: Seen): void => {
  const route = routes.find(({ pattern }) => pattern.test(path))
  const verb = method.toLowerCase()
  const responses = route?.operations[verb]?.responses
  if (route === undefined || responses === undefined) return
  const where = `${method} ${route.template} ${status}`
  const response = responses[String(status)]
  if (response === undefined) throw new Error(`${where} is not in the OpenAPI document: ${text}`)

  const type = headers.get("content-type")?.split(";")[0] ?? ""
  if (response.content?.[type] === undefined) throw new Error(`${where} is not promised as ${type || "nothing"}`)
  for (const [name, { required }] of Object.entries(response.headers ?? {}))
    if (required === true && !headers.has(name)) throw new Error(`${where} lacks the header ${name}`)
  if (!headers.has("x-trace-id")) throw new Error(`${where} lacks the header X-Trace-Id`)

  const fits = ajv.getSchema(
    `openapi#${pointer("paths", route.template, verb, "responses", String(status), "content", type, "schema")}`
  )
  if (fits === undefined) throw new Error(`${where} has no schema`)
  if (!fits(type.endsWith("json") ? JSON.parse(text) : text))
    throw new Error(`${where} does not fit its schema: ${ajv.errorsText(fits.errors)}: ${text}`)
}
