import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { EmbeddedError } from "@sluice/embedded"
import { addTallies, clearReports, countEvents, noTests, sumReports, type Tally, tallyLine } from "./test.reports.ts"
import { startTestServers } from "./test.servers.ts"
import { runTargets } from "./test.targets.ts"

/**
 * `npm test`: type check, lint, Effect diagnostics and every test, on servers of its own; then the tests of whatever
 * speaks SQL once more on the oldest Postgres supported, where the machine has it. Arguments go to `nx run-many`
 * (`npm test -- -p @sluice/db`). The failures are listed at the end, and the
 * last line is `N passed, N failed`; a failed task that is no test counts as one.
 */
const root = fileURLToPath(new URL("../..", import.meta.url))
const oldestPostgres = "/usr/lib/postgresql/15/bin"
const speakSql = ["db", "postgres", "event-store", "lease", "projection", "outbox-relay", "projector"]

interface Outcome {
  readonly tally: Tally
  readonly failedTasks: ReadonlyArray<string>
  /** Published by the tests, each held to the AsyncAPI document. */
  readonly events: number
}

const runPass = async (
  targets: ReadonlyArray<string>,
  more: ReadonlyArray<string>,
  binDir?: string
): Promise<Outcome> => {
  clearReports(root)
  const servers = await startTestServers(root, binDir)
  console.log(`\nTesting on ${servers.summary}`)
  try {
    const failedTasks = await runTargets(root, targets, more, servers.env)
    return { tally: sumReports(root), failedTasks, events: countEvents(root) }
  } finally {
    await servers.stop()
  }
}

const main = async (args: ReadonlyArray<string>): Promise<number> => {
  const outcomes = [await runPass(["typecheck", "lint", "effect", "test"], args)]
  if (args.length === 0 && !interrupted && existsSync(oldestPostgres)) {
    outcomes.push(await runPass(["test"], ["-p", speakSql.map((name) => `@sluice/${name}`).join(",")], oldestPostgres))
  }
  const failedTasks = outcomes.flatMap((outcome) => outcome.failedTasks)
  const tests = outcomes.map((outcome) => outcome.tally).reduce(addTallies, noTests)
  const silent = failedTasks.filter((task) => !task.endsWith(":test") || tests.failed === 0)
  for (const failed of [...failedTasks, ...tests.failures]) console.log(`failed: ${failed}`)
  const events = outcomes.reduce((sum, outcome) => sum + outcome.events, 0)
  console.log(`${events} events were published, and each was held to contracts/asyncapi.yaml`)
  console.log(tallyLine({ ...tests, failed: tests.failed + silent.length }))
  return failedTasks.length === 0 && tests.failed === 0 ? 0 : 1
}

// An interrupt ends Nx; we stay to stop the servers.
let interrupted = false
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupted = true
  })
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (thrown) {
  console.error(thrown instanceof EmbeddedError ? `npm test: ${thrown.message}` : thrown)
  console.log("0 passed, 1 failed")
  process.exitCode = 1
}
