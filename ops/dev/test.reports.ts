import { globSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"

/** What a run of tests came to. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The part of vitest's JSON report that counts. */
interface VitestReport {
  readonly testResults: ReadonlyArray<{
    readonly status: string
    readonly assertionResults: ReadonlyArray<{ readonly status: string }>
  }>
}

const reports = "{contracts,db,ops,test,test/bench,libs/*,services/*}/reports/vitest.json"

/** Deletes every project's report, so that only what now runs (or comes out of the cache) is counted. */
export const clearReports = (root: string): void => {
  for (const file of globSync(reports, { cwd: root })) rmSync(join(root, file))
}

/** Sums the reports of all projects. A file that could not even be loaded counts as one failed test. */
export const sumReports = (root: string): Tally =>
  globSync(reports, { cwd: root })
    .map((file) => tallyOf(JSON.parse(readFileSync(join(root, file), "utf8")) as VitestReport))
    .reduce(addTallies, noTests)

export const noTests: Tally = { passed: 0, failed: 0, skipped: 0 }

export const addTallies = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped
})

/** The closing line: `12 passed, 0 failed`, with the skipped ones where there are any. */
export const tallyLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`

const tallyOf = (report: VitestReport): Tally =>
  report.testResults
    .map(({ status, assertionResults }) => {
      const passed = assertionResults.filter((test) => test.status === "passed").length
      const failed = assertionResults.filter((test) => test.status === "failed").length
      return {
        passed,
        failed: failed === 0 && status === "failed" ? 1 : failed,
        skipped: assertionResults.length - passed - failed
      }
    })
    .reduce(addTallies, noTests)
