import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { asyncApi } from "@sluice/contracts/asyncapi/asyncapi.document"
import { openApi } from "@sluice/contracts/asyncapi/asyncapi.openapi"
import type { Change } from "@sluice/contracts/compatibility/compatibility.change"
import { type Contracts, compareContracts } from "@sluice/contracts/compatibility/compatibility.gate"
import { parse } from "yaml"
import { generatedFiles } from "./generate.files.ts"

/** The contracts as they were released last, beside today's: what others build on, and what today's are held to. */

const root = new URL("../../", import.meta.url)
const DOCUMENTS = ["asyncapi", "openapi"] as const
type DocumentName = (typeof DOCUMENTS)[number]

const HEADER = "# As released last. Written by npm run generate -- --release, and never by hand: others build on it.\n"

/** Where they are kept. */
export const RELEASED = new URL("contracts/released/", root)

const releasedFile = (folder: URL, name: DocumentName): URL => new URL(`${name}.yaml`, folder)

/** Undefined before the first release. */
export const releasedContracts = (folder = RELEASED): Contracts | undefined => {
  const files = DOCUMENTS.map((name) => [name, releasedFile(folder, name)] as const)
  if (!files.every(([, file]) => existsSync(file))) return undefined
  return Object.fromEntries(files.map(([name, file]) => [name, parse(readFileSync(file, "utf8"))])) as never
}

/** Made from the schemas, so that it is never stale. */
export const currentContracts = (): Contracts =>
  JSON.parse(JSON.stringify({ asyncapi: asyncApi(), openapi: openApi() }))

export const changelog = (): string => readFileSync(new URL("CHANGELOG.md", root), "utf8")

/** What changed since the last release. */
export const changesSinceRelease = (folder = RELEASED, now = new Date()): ReadonlyArray<Change> => {
  const released = releasedContracts(folder)
  return released === undefined ? [] : compareContracts(released, currentContracts(), { changelog: changelog(), now })
}

export const breaksOf = (changes: ReadonlyArray<Change>): ReadonlyArray<string> =>
  changes.filter(({ verdict }) => verdict === "breaking").map(({ sentence }) => sentence)

/**
 * Releases the contracts as they are: from now on changes are held to them. Answers with what changed since the release before.
 * Throws an `Error` with a sentence for each change that breaks somebody; nothing is written then.
 */
export const release = (folder = RELEASED): ReadonlyArray<Change> => {
  const changes = changesSinceRelease(folder)
  const breaks = breaksOf(changes)
  if (breaks.length > 0) throw new Error(["These contracts cannot be released:", ...breaks].join("\n- "))
  mkdirSync(folder, { recursive: true })
  const files = generatedFiles()
  for (const name of DOCUMENTS) {
    const text = files.find(({ path }) => path === `contracts/${name}.yaml`)?.text
    if (text === undefined) throw new Error(`contracts/${name}.yaml is not generated`)
    writeFileSync(releasedFile(folder, name), HEADER + text.slice(text.indexOf("\n") + 1))
  }
  return changes
}
