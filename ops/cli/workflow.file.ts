import { readFileSync } from "node:fs"
import type { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import type { DocumentIssue, WorkflowInvalid } from "@sluice/contracts/workflow/workflow.errors"
import { importOmoi, readDocument } from "@sluice/workflow"
import { Effect, Result } from "effect"
import { failure } from "./shared/failure.ts"

/** Workflows in files. */

/** The shapes of others that can be imported. */
export const SHAPES = ["omoi"] as const
export type Shape = (typeof SHAPES)[number]

export interface WorkflowFile {
  readonly document: WorkflowDocument
  /** What an import left out, in words. */
  readonly notCarried: ReadonlyArray<string>
}

/** The workflow in a file (JSON where its name ends so, else YAML), or every problem of it. */
export const workflowIn = (
  file: string,
  shape: Shape | undefined
): Effect.Effect<Result.Result<WorkflowFile, WorkflowInvalid>, ReturnType<typeof failure>> =>
  Effect.map(textOf(file), (text) => {
    if (shape === undefined)
      return Result.map(readDocument(text, file.endsWith(".json") ? "json" : "yaml"), (document) => ({
        document,
        notCarried: []
      }))
    return Result.map(importOmoi(text), ({ document, notCarried, overlays }) => ({
      document,
      notCarried: [
        ...notCarried.map((field) => `${field} is not carried over: nothing here stands for it`),
        ...overlays.map((id) => `${id} becomes the overlay "blocked": any phase is blocked and unblocked where it is`)
      ]
    }))
  })

export const textOf = (file: string) =>
  Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file)),
    catch: (cause) =>
      failure(
        cause instanceof Error && "syscall" in cause
          ? `${file} cannot be read: ${cause.message}`
          : `${file} is not a text in UTF-8`
      )
  })

/** `file:line:column message`, one a line, as editors and compilers write it. */
export const problemLines = (file: string, issues: ReadonlyArray<DocumentIssue>): string =>
  issues
    .map(({ line, column, pointer, message }) =>
      `${[file, line ?? 1, column ?? 1].join(":")} ${pointer} ${message}`.replace("  ", " ")
    )
    .join("\n")
