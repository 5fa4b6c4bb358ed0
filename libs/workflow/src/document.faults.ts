import type { InputIssue } from "@sluice/contracts/input/input.errors"
import type { DocumentIssue } from "@sluice/contracts/workflow/workflow.errors"
import { SchemaIssue } from "effect"
import { pathOf, pointerOf, type Source } from "./document.source.ts"
import { placesIn } from "./text.place.ts"

/** Nobody reads more of them, and an answer must not be much larger than its question. */
const MOST_ISSUES = 1000

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** What does not fit a schema, by pointer; no value is shown. */
export const misfits = (issue: SchemaIssue.Issue): ReadonlyArray<InputIssue> =>
  format(issue).issues.map(({ path = [], message }) => ({
    pointer: pointerOf(path.map((segment) => (typeof segment === "object" ? segment.key : segment))),
    message
  }))

/** What the database and JSON in Unicode cannot take. */
export const unstorable = (value: unknown): ReadonlyArray<InputIssue> => {
  const issues: Array<InputIssue> = []
  const path: Array<string> = []
  const walk = (one: unknown): void => {
    if (typeof one === "string") {
      if (one.includes("\u0000")) issues.push({ pointer: pointerOf(path), message: "must not contain U+0000" })
      if (!one.isWellFormed()) issues.push({ pointer: pointerOf(path), message: "must not contain a lone surrogate" })
    } else if (typeof one === "object" && one !== null)
      for (const [key, inner] of Object.entries(one)) {
        path.push(key)
        walk(inner)
        path.pop()
      }
  }
  walk(value)
  return issues
}

/** The faults of a text with their places, in the order of the text. */
export const placed = (
  text: string,
  source: Source,
  issues: ReadonlyArray<InputIssue>
): ReadonlyArray<DocumentIssue> => {
  const places = placesIn(text)
  const own = source.faults.map(({ path, offset, message }) => ({ pointer: pointerOf(path), message, offset }))
  const others = issues
    .slice(0, MOST_ISSUES)
    .map((issue) => ({ ...issue, offset: source.locate(pathOf(issue.pointer)) }))
  return [...own, ...others]
    .toSorted((one, other) => one.offset - other.offset)
    .slice(0, MOST_ISSUES)
    .map(({ pointer, message, offset }) => ({ pointer, message, ...places(offset) }))
}
