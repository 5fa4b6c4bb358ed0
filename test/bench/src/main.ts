import "effect/schema/SchemaJITCompiler/enable"
import { EmbeddedError } from "@sluice/embedded"
import { type BenchOptions, readOptions } from "./bench.options.ts"
import { reportJson, reportTables } from "./bench.report.ts"
import { runFigures } from "./bench.run.ts"
import { figures } from "./figure.list.ts"

/**
 * `npm run bench`: progress goes to stderr, tables and (with `--json`) the closing line to stdout. Exit code 0 when every
 * figure was measured, whatever it came to; 1 when one could not be; 2 for a bad command line.
 */
const run = async ({ json, size, figures }: BenchOptions): Promise<number> => {
  const from = performance.now()
  const measured = await runFigures(figures, size, (line) => console.error(line))
  console.log(reportTables(measured))
  console.error(`measured in ${Math.round((performance.now() - from) / 1000)} s`)
  if (json) console.log(reportJson(measured))
  return measured.some((one) => "failure" in one) ? 1 : 0
}

const options = (): BenchOptions => {
  try {
    return readOptions(process.argv.slice(2), figures)
  } catch (thrown) {
    console.error(`bench: ${(thrown as Error).message}`)
    process.exit(2)
  }
}

try {
  process.exitCode = await run(options())
} catch (thrown) {
  if (!(thrown instanceof EmbeddedError)) throw thrown
  console.error(`bench: ${thrown.message}`)
  process.exitCode = 1
}
