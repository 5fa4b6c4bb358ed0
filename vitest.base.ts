import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

/** Whether the project under test declares that it needs test servers; pure projects start none. */
const needsServers = (): boolean => {
  const { name, dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"))
  return name === "@sluice/testing" || "@sluice/testing" in { ...dependencies, ...devDependencies }
}

/**
 * What every project's `vitest.config.ts` shares. Specs stand beside what they specify (`*.spec.ts`); a package that
 * declares `@sluice/testing` finds a Postgres running (`testDatabase()`, `testNats()`). `npm test` counts the JSON report.
 */
export default defineConfig({
  test: {
    include: ["**/*.spec.ts"],
    exclude: ["**/node_modules/**"],
    globalSetup: needsServers() ? [fileURLToPath(new URL("libs/testing/src/postgres.setup.ts", import.meta.url))] : [],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Importing everything anew for each file takes longer than most files; each still has servers of its own.
    isolate: false,
    // A CI machine shared with others can starve a server for seconds; what fails twice more is broken. Nowhere else is anything repeated.
    retry: process.env.CI === undefined ? 0 : 2,
    reporters: ["default", ["json", { outputFile: "reports/vitest.json" }]]
  }
})
