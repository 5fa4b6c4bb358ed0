import { OpenApi } from "effect/http-api"
import { Api } from "../api.ts"
import type { JsonSchema } from "./asyncapi.types.ts"
import { foldVariants } from "./asyncapi.variants.ts"

/** The OpenAPI document as `/openapi.json` serves it, as far as others build upon it. */

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: object
}

export interface Content {
  readonly schema: { readonly $ref?: string; readonly anyOf?: ReadonlyArray<{ readonly $ref?: string }> }
}

export interface Response {
  readonly content?: Readonly<Record<string, Content>>
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly schema: object }>>
}

export interface RouteOperation {
  readonly summary: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly requestBody?: {
    readonly required: boolean
    readonly content: Readonly<Record<string, Content>>
  }
  readonly responses: Readonly<Record<string, Response>>
}

export interface OpenApiDocument {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, RouteOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

let made: OpenApiDocument | undefined
let folded: OpenApiDocument | undefined

/** Made when it is first asked for: it takes some 30 MB and 150 ms. */
export const openApi = (): OpenApiDocument => {
  made ??= OpenApi.fromApi(Api) as unknown as OpenApiDocument
  return made
}

/** The same with one name for each of its schemas. */
export const httpContract = (): OpenApiDocument => {
  if (folded !== undefined) return folded
  const document = openApi()
  const { schemas, definitions } = foldVariants({ schemas: [document.paths], definitions: allOf(document) })
  folded = {
    ...document,
    paths: schemas[0] as unknown as OpenApiDocument["paths"],
    components: { schemas: definitions }
  }
  return folded
}

const allOf = ({ components }: OpenApiDocument) => components.schemas as Readonly<Record<string, JsonSchema>>

/** The operation of an endpoint. Throws an `Error` where the document has none. */
export const routeOperation = (method: string, path: string): RouteOperation => {
  const found = httpContract().paths[path.replaceAll(/:([a-z]+)/g, "{$1}")]?.[method.toLowerCase()]
  if (found === undefined) throw new Error(`The OpenAPI document lacks ${method} ${path}`)
  return found
}

const COMPONENTS = "#/components/schemas/"

/** The names of the schemas that a content refers to: it is one of them. */
export const namesIn = (content: Content | undefined): ReadonlyArray<string> => {
  if (content === undefined) return []
  const { schema } = content
  return (schema.anyOf ?? [schema]).flatMap(({ $ref }) => ($ref === undefined ? [] : [$ref.slice(COMPONENTS.length)]))
}
