import type { InputIssue } from "@sluice/contracts/input/input.errors"
import { DOCUMENT_MAX_BYTES, WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { WorkflowInvalid } from "@sluice/contracts/workflow/workflow.errors"
import { Result, Schema } from "effect"
import { misfits, placed, unstorable } from "./document.faults.ts"
import { readJson } from "./document.json.ts"
import { readYaml } from "./document.yaml.ts"
import { definitionOf } from "./workflow.definition.ts"
import { checkReferences, Skeleton } from "./workflow.references.ts"

/** What a document may grow to as JSON, in bytes; with what surrounds it an event still fits a message. */
export const JSON_MAX_BYTES = 2 * DOCUMENT_MAX_BYTES

const decode = Schema.decodeUnknownResult(WorkflowDocument, { errors: "all", onExcessProperty: "error" })
const skeletonOf = Schema.decodeUnknownResult(Skeleton)

export interface ReadOptions {
  /** What the document must be called. */
  readonly name?: string
}

/**
 * The workflow in a text, or everything that is wrong with it, in the order of its lines: syntax; else shape, and, as soon as
 * these have the right shape, what phases and tasks refer to. Of a text that is too long nothing is read.
 */
export const readDocument = (
  text: string,
  as: "yaml" | "json",
  { name }: ReadOptions = {}
): Result.Result<WorkflowDocument, WorkflowInvalid> => {
  if (text.length > DOCUMENT_MAX_BYTES || Buffer.byteLength(text) > DOCUMENT_MAX_BYTES) return tooLarge
  const source = as === "yaml" ? readYaml(text) : readJson(text)
  const refused = (issues: ReadonlyArray<InputIssue>) =>
    Result.fail(new WorkflowInvalid({ issues: placed(text, source, issues) }))
  if (source.faults.length > 0) return refused([])
  const { document, issues } = understand(source.value)
  const all = name === undefined ? issues : [...issues, ...misnamed(source.value, name)]
  return document === undefined || all.length > 0 ? refused(all) : Result.succeed(document)
}

const misnamed = (value: unknown, name: string): ReadonlyArray<InputIssue> => {
  const given = typeof value === "object" && value !== null ? Reflect.get(value, "name") : undefined
  return typeof given !== "string" || given === name
    ? []
    : [{ pointer: "/name", message: `must be ${name}, the name under which it is registered` }]
}

/** The workflow that a value is, and what is wrong with it; no document where it has not even the shape of one. */
export const understand = (
  value: unknown
): { readonly document?: WorkflowDocument; readonly issues: ReadonlyArray<InputIssue> } => {
  const decoded = decode(value)
  const skeleton = skeletonOf(value)
  const issues = [
    ...unstorable(value),
    ...(Result.isFailure(decoded) ? misfits(decoded.failure.issue) : []),
    ...(Result.isSuccess(skeleton) ? checkReferences(skeleton.success) : [])
  ]
  if (Result.isFailure(decoded)) return { issues }
  const document = decoded.success
  if (issues.length > 0 || (fits(document) && fits(definitionOf(document)))) return { document, issues }
  return { document, issues: [{ pointer: "", message: `must have ${JSON_MAX_BYTES} bytes at most as JSON` }] }
}

const fits = (value: unknown): boolean => Buffer.byteLength(JSON.stringify(value)) <= JSON_MAX_BYTES

const tooLarge = Result.fail(
  new WorkflowInvalid({
    issues: [{ pointer: "", message: `must have ${DOCUMENT_MAX_BYTES} bytes at most`, line: null, column: null }]
  })
)
