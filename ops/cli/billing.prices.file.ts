import { type ImportedPrices, type ImportFault, importPrices } from "@sluice/billing/prices.import"
import type { DocumentIssue } from "@sluice/contracts/workflow/workflow.errors"
import { Effect, Result } from "effect"
import { LineCounter, parseDocument } from "yaml"
import { textOf } from "./workflow.file.ts"

/** The prices in a file, or every problem of it, by line. */
export const pricesIn = (file: string) => Effect.map(textOf(file), pricesOf)

/** The failsafe schema makes a text of everything: numbers stay as they are written. */
const FAILSAFE = { schema: "failsafe", prettyErrors: false } as const

export const pricesOf = (text: string): Result.Result<ImportedPrices, ReadonlyArray<DocumentIssue>> => {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { ...FAILSAFE, lineCounter })
  const at = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return { line, column: col }
  }
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) return Result.fail(faults.map(({ message, pos }) => ({ pointer: "", message, ...at(pos[0]) })))
  /** Where a value begins; of one that is not there, the nearest around it. */
  const offsetOf = (path: ReadonlyArray<string>): number => {
    const node = path.length === 0 ? document.contents : document.getIn(path, true)
    const range = (node as { readonly range?: readonly [number, ...ReadonlyArray<number>] } | undefined)?.range
    return range?.[0] ?? (path.length === 0 ? 0 : offsetOf(path.slice(0, -1)))
  }
  const issueOf = ({ path, message }: ImportFault): DocumentIssue => ({
    pointer: path.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
    message,
    ...at(offsetOf(path))
  })
  return Result.mapError(
    Result.flatMap(valueOf(document), (value) => importPrices(value)),
    (found) => found.map(issueOf)
  )
}

/** Aliases that stand for too much are refused. */
const valueOf = (document: ReturnType<typeof parseDocument>): Result.Result<unknown, ReadonlyArray<ImportFault>> =>
  Result.try({
    try: () => document.toJS(),
    catch: (cause) => [{ path: [], message: cause instanceof Error ? cause.message : String(cause) }]
  })
