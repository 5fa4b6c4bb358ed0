import { Schema, SchemaTransformation } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { changeProblems, readProblems } from "../http/http.conventions.ts"
import { changing, replayable, tracing, versioned } from "../http/http.headers.ts"
import { pageOf, paging } from "../http/http.lists.ts"
import { readYourWrite } from "../http/http.reads.ts"
import { problem } from "../http/problem.ts"
import { WorkflowDocument, WorkflowName } from "./workflow.document.ts"
import { WorkflowInvalid, WorkflowNotFound } from "./workflow.errors.ts"
import { WorkflowContent, WorkflowVersionView, WorkflowView } from "./workflow.views.ts"

/** Workflows over HTTP, and what each refusal means there. */

export const YAML_CONTENT_TYPE = "application/yaml"

/** The version that a document is, whether it is new or was there before. */
export const RegisteredVersion = Schema.Struct({ name: Schema.String, ...WorkflowVersionView.fields }).annotate({
  identifier: "RegisteredWorkflowVersion"
})
export type RegisteredVersion = typeof RegisteredVersion.Type

const VersionNumber = Schema.String.check(
  Schema.isPattern(/^[1-9]\d{0,8}$/u, { message: "must be a version: 1, 2, 3 …" })
).pipe(
  Schema.decodeTo(Schema.Int, SchemaTransformation.transform({ decode: Number, encode: String })),
  Schema.annotateEncoded({ description: "Versions count from 1" })
)

const Yaml = Schema.String.pipe(HttpApiSchema.asText({ contentType: YAML_CONTENT_TYPE }))
const reading = {
  ...tracing,
  accept: Schema.optionalKey(Schema.String.annotate({ description: `${YAML_CONTENT_TYPE}: the document, as YAML` }))
}
/** An answer that is given as YAML too, where that is preferred; a schema of the answer can have one encoding only. */
const alsoAsYaml = (operation: Record<string, unknown>): Record<string, unknown> => {
  const responses = operation.responses as Record<string, { readonly content: object }>
  const content = { ...responses["200"]?.content, [YAML_CONTENT_TYPE]: { schema: { type: "string" } } }
  return { ...operation, responses: { ...responses, "200": { ...responses["200"], content } } }
}
const notFound = problem(WorkflowNotFound, 404)

export class WorkflowApi extends HttpApiGroup.make("workflows")
  .add(
    HttpApiEndpoint.put("register", "/workflows/:name", {
      params: { name: WorkflowName },
      headers: changing,
      payload: [WorkflowDocument, Yaml],
      success: [
        HttpApiSchema.WithHeaders(RegisteredVersion.pipe(HttpApiSchema.status(201)), replayable),
        HttpApiSchema.WithHeaders(RegisteredVersion, replayable)
      ],
      error: [problem(WorkflowInvalid, 422), ...changeProblems]
    })
      .annotate(NeedsScope, ["workflows:write"])
      .annotate(OpenApi.Summary, "Register a document as a version; the same content again is the same version"),
    HttpApiEndpoint.get("list", "/workflows", {
      headers: tracing,
      query: paging,
      success: pageOf(WorkflowView, "WorkflowList")
    })
      .annotate(NeedsScope, ["workflows:read"])
      .annotate(OpenApi.Summary, "List workflows, newest first"),
    HttpApiEndpoint.get("read", "/workflows/:name", {
      params: { name: WorkflowName },
      headers: reading,
      query: readYourWrite,
      success: HttpApiSchema.WithHeaders(WorkflowView, versioned),
      error: [notFound, ...readProblems]
    })
      .annotate(NeedsScope, ["workflows:read"])
      .annotate(OpenApi.Summary, "Read a workflow and its versions, or as YAML the newest document")
      .annotate(OpenApi.Transform, alsoAsYaml),
    HttpApiEndpoint.get("readVersion", "/workflows/:name/versions/:version", {
      params: { name: WorkflowName, version: VersionNumber },
      headers: reading,
      query: readYourWrite,
      success: HttpApiSchema.WithHeaders(WorkflowContent, versioned),
      error: [notFound, ...readProblems]
    })
      .annotate(NeedsScope, ["workflows:read"])
      .annotate(OpenApi.Summary, "Read one version with its document, or as YAML the document")
      .annotate(OpenApi.Transform, alsoAsYaml)
  )
  .middleware(Auth)
  .prefix("/v1") {}
