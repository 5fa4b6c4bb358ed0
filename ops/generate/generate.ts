import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { generatedFiles } from "./generate.files.ts"
import { release } from "./release.ts"

/**
 * `npm run generate`: writes what follows from the code and differs from what is there, and names it. With `--release`
 * the contracts are released as they then are, which is refused (exit code 1) where that would break somebody.
 */
const root = new URL("../../", import.meta.url)

const generate = (): void => {
  for (const { path, text } of generatedFiles()) {
    const file = fileURLToPath(new URL(path, root))
    const current = existsSync(file) ? readFileSync(file, "utf8") : undefined
    if (current !== text) writeFileSync(file, text)
    console.log(`${current === text ? "unchanged" : "written  "}  ${path}`)
  }
}

try {
  const { values } = parseArgs({ options: { release: { type: "boolean", default: false } } })
  generate()
  if (values.release) {
    const changes = release()
    console.log(["released   contracts/released", ...changes.map(({ sentence }) => sentence)].join("\n- "))
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
