import { globSync, readFileSync, rmSync } from "node:fs"
import { join, relative } from "node:path"

/** What a run of tests came to. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** A line for each failed test: its file, its name, and how its message begins. */
  readonly failures: ReadonlyArray<string>
}

/** The part of vitest's JSON report that counts. */
interface VitestReport {
  readonly testResults: ReadonlyArray<FileReport>
}

interface FileReport {
  readonly name: string
  readonly status: string
  readonly message?: string
  readonly assertionResults: ReadonlyArray<{
    readonly status: string
    readonly fullName: string
    readonly failureMessages: ReadonlyArray<string>
  }>
}

const folders = "{contracts,db,ops,test,test/bench,libs/*,services/*}/reports"
const reports = `${folders}/vitest.json`
/** A line for each nats-server of the tests: how many events came by there (see `watchEvents`). */
const published = `${folders}/events.ndjson`

/** Deletes every project's report, so that only what now runs (or comes out of the cache) is counted. */
export const clearReports = (root: string): void => {
  for (const file of globSync([reports, published], { cwd: root })) rmSync(join(root, file))
}

/** How many events the tests published; each was held to the AsyncAPI document as it came by. */
export const countEvents = (root: string): number =>
  globSync(published, { cwd: root })
    .flatMap((file) => readFileSync(join(root, file), "utf8").trim().split("\n"))
    .reduce((sum, line) => sum + (JSON.parse(line) as { readonly checked: number }).checked, 0)

/** Sums the reports of all projects. A file that could not even be loaded counts as one failed test. */
export const sumReports = (root: string): Tally =>
  globSync(reports, { cwd: root })
    .flatMap((file) => (JSON.parse(readFileSync(join(root, file), "utf8")) as VitestReport).testResults)
    .map((file) => tallyOf(root, file))
    .reduce(addTallies, noTests)

export const noTests: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] }

export const addTallies = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures]
})

/** The closing line: `12 passed, 0 failed`, with the skipped ones where there are any. */
export const tallyLine = ({ passed, failed, skipped }: Omit<Tally, "failures">): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`

const tallyOf = (root: string, { name, status, message = "", assertionResults }: FileReport): Tally => {
  const passed = assertionResults.filter((test) => test.status === "passed").length
  const failed = assertionResults.filter((test) => test.status === "failed")
  const line = (test: string, text: string) =>
    [relative(root, name), test, text.trim().split("\n")[0]].filter((part) => part !== "").join(" › ")
  const failures =
    failed.length === 0 && status === "failed"
      ? [line("", message)]
      : failed.map(({ fullName, failureMessages }) => line(fullName, failureMessages.join("\n")))
  return {
    passed,
    failed: failures.length,
    skipped: assertionResults.length - passed - failed.length,
    failures
  }
}
