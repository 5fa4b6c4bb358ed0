import type { JsonSchema } from "./schema.document.ts"

/** The parts of an OpenAPI 3.1 document that callers depend on. https://spec.openapis.org/oas/v3.1.0 */

export interface OpenApiParameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema?: JsonSchema
}

export type OpenApiContent = Readonly<Record<string, { readonly schema?: JsonSchema }>>

export interface OpenApiHeader {
  readonly required?: boolean
  readonly schema?: JsonSchema
}

export interface OpenApiResponse {
  readonly content?: OpenApiContent
  readonly headers?: Readonly<Record<string, OpenApiHeader>>
}

export interface OpenApiOperation {
  readonly operationId?: string
  readonly deprecated?: boolean
  /** The day on which it may go, as `http.deprecation` writes it: an ISO 8601 instant. */
  readonly "x-sunset"?: string
  readonly parameters?: ReadonlyArray<OpenApiParameter>
  readonly requestBody?: { readonly required?: boolean; readonly content: OpenApiContent }
  readonly responses?: Readonly<Record<string, OpenApiResponse>>
  readonly security?: ReadonlyArray<Readonly<Record<string, ReadonlyArray<string>>>>
}

export interface OpenApiDocument {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly components: {
    readonly schemas?: Readonly<Record<string, JsonSchema>>
    readonly securitySchemes?: Readonly<Record<string, { readonly [field: string]: unknown }>>
  }
}
