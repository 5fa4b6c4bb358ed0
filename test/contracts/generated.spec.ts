import { readFileSync } from "node:fs"
import { generatedFiles } from "@sluice/ops/generate/generate.files"
import { expect, it } from "vitest"

const root = new URL("../../", import.meta.url)

it.each(generatedFiles())("$path follows from the code", ({ path, text }) => {
  const fresh = readFileSync(new URL(path, root), "utf8") === text
  expect(fresh, `${path} is stale: npm run generate`).toBe(true)
})
