import { defineConfig } from "vitest/config"

/**
 * What every project's `vitest.config.ts` shares. Specs stand beside what they specify (`*.spec.ts`); tests that need a
 * server take it from `@sluice/testing`. The JSON report is what `.ci/run` counts.
 */
export default defineConfig({
  test: {
    include: ["**/*.spec.ts"],
    exclude: ["**/node_modules/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ["default", ["json", { outputFile: "reports/vitest.json" }]]
  }
})
