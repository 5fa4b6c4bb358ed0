import "effect/schema/SchemaJITCompiler/enable"
import { parseArgs } from "node:util"
import { reportJson, reportTables } from "./bench.report.ts"
import { runFigures } from "./bench.run.ts"
import { figures } from "./figure.list.ts"
import { full, short } from "./figure.ts"

/** `node main.ts [--json] [--short] [--only NAME]…`: progress goes to stderr, tables and the JSON line to stdout. */
const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    short: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] }
  }
})
const unknown = values.only.filter((name) => !figures.some((figure) => figure.name === name))
if (unknown.length > 0) {
  console.error(`bench: no figure ${unknown.join(", ")}: there are ${figures.map(({ name }) => name).join(", ")}`)
  process.exit(2)
}

const chosen = figures.filter(({ name }) => values.only.length === 0 || values.only.includes(name))
const from = performance.now()
const measured = await runFigures(chosen, values.short ? short : full, (line) => console.error(line))
console.log(reportTables(measured))
console.error(`measured in ${Math.round((performance.now() - from) / 1000)} s`)
if (values.json) console.log(reportJson(measured))
process.exitCode = measured.some((one) => "failure" in one) ? 1 : 0
