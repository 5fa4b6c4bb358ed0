import { type BodyTooLarge, MalformedBody, UnsupportedMediaType } from "@sluice/contracts/http/http.errors"
import { DOCUMENT_MAX_BYTES, type WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import type { WorkflowInvalid } from "@sluice/contracts/workflow/workflow.errors"
import { Effect, Result } from "effect"
import type { HttpServerRequest } from "effect/http"
import { bytesOf, JSON_TYPE, utf8 } from "../http/body.read.ts"
import { readApart } from "./document.read-apart.ts"

const YAML_TYPE = /^(?:application|text)\/(?:x-)?yaml\s*(?:;\s*charset="?utf-8"?\s*)?;?\s*$/i

const unsupported = new UnsupportedMediaType({ supported: "application/yaml or application/json in UTF-8" })

/**
 * The workflow in a request's body: 400, 413, 415 when it is no text of ours, 422 naming every fault by line. `name` is the one
 * in the path, which the document must have.
 */
export const documentOf = (
  request: HttpServerRequest.HttpServerRequest,
  name: string
): Effect.Effect<WorkflowDocument, BodyTooLarge | MalformedBody | UnsupportedMediaType | WorkflowInvalid> => {
  const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers
  const as = YAML_TYPE.test(type) ? "yaml" : JSON_TYPE.test(type) ? "json" : undefined
  if (as === undefined || encoding !== "identity") return Effect.fail(unsupported)
  return bytesOf(request, DOCUMENT_MAX_BYTES).pipe(
    Effect.flatMap((bytes) => textOf(bytes, as)),
    Effect.flatMap((text) => readApart({ text, as, name }))
  )
}

const textOf = (bytes: Buffer, as: "yaml" | "json"): Effect.Effect<string, MalformedBody> => {
  const fault = (reason: string) => Effect.fail(new MalformedBody({ reason }))
  if (bytes.length === 0) return fault("The body is empty; it must be a workflow in YAML or JSON")
  const text = Result.try(() => utf8.decode(bytes))
  if (Result.isFailure(text)) return fault("The body is not a text in UTF-8")
  if (as === "json" && Result.isFailure(Result.try(() => JSON.parse(text.success))))
    return fault("The body is not JSON in UTF-8")
  return Effect.succeed(text.success)
}
