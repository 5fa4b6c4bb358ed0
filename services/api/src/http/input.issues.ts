import type { InputIssue } from "@sluice/contracts/input/input.errors"
import { SchemaIssue } from "effect"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

type Path = ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>

/** A JSON Pointer (RFC 6901). */
export const pointerOf = (path: Path): string =>
  path
    .map((segment) => String(typeof segment === "object" ? segment.key : segment))
    .map((key) => `/${key.toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("")

/** Everything that is wrong with an input, by pointer; no value is shown. */
export const issuesOf = (issue: SchemaIssue.Issue, under = ""): ReadonlyArray<InputIssue> =>
  format(issue).issues.map(({ path, message }) => ({ pointer: `${under}${pointerOf(path ?? [])}`, message }))
