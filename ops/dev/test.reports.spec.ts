import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, it } from "vitest"
import { scratchFolder } from "./scratch.spec-support.ts"
import { clearReports, countEvents, noTests, sumReports, tallyLine } from "./test.reports.ts"

const report = (
  root: string,
  project: string,
  files: ReadonlyArray<{ status: string; tests: ReadonlyArray<string> }>
) => {
  const file = join(root, project, "reports/vitest.json")
  mkdirSync(dirname(file), { recursive: true })
  const testResults = files.map(({ status, tests }, i) => ({
    name: join(root, project, `src/${i}.spec.ts`),
    status,
    message: "Cannot find module",
    assertionResults: tests.map((status) => ({
      status,
      fullName: `a test that ${status}`,
      failureMessages: ["Error: no\n    at somewhere"]
    }))
  }))
  writeFileSync(file, JSON.stringify({ testResults }))
}

it("sums every project, and counts a file that could not be loaded as a failure", () => {
  const root = scratchFolder()
  report(root, "contracts", [{ status: "passed", tests: ["passed", "passed", "skipped"] }])
  report(root, "libs/embedded", [
    { status: "failed", tests: ["passed", "failed"] },
    { status: "failed", tests: [] }
  ])
  report(root, "test/bench", [{ status: "passed", tests: ["passed", "todo"] }])
  expect(sumReports(root)).toEqual({
    passed: 4,
    failed: 2,
    skipped: 2,
    failures: [
      "libs/embedded/src/0.spec.ts › a test that failed › Error: no",
      "libs/embedded/src/1.spec.ts › Cannot find module"
    ]
  })
  clearReports(root)
  expect(sumReports(root)).toEqual(noTests)
})

it("counts the events of every server", () => {
  const root = scratchFolder()
  for (const [project, lines] of [
    ["test", '{"checked":3}\n{"checked":4}\n'],
    ["libs/projection", '{"checked":5}\n']
  ] as const) {
    mkdirSync(join(root, project, "reports"), { recursive: true })
    writeFileSync(join(root, project, "reports/events.ndjson"), lines)
  }
  expect(countEvents(root)).toBe(12)
  clearReports(root)
  expect(countEvents(root)).toBe(0)
})

it("closes with the line that is counted", () => {
  expect(tallyLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed")
  expect(tallyLine({ passed: 12, failed: 1, skipped: 3 })).toBe("12 passed, 1 failed, 3 skipped")
})
