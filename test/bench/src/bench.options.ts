import { parseArgs } from "node:util"
import { type Figure, full, type Size, short } from "./figure.ts"

/** What to measure, and how to say it. */
export interface BenchOptions {
  readonly json: boolean
  readonly size: Size
  readonly figures: ReadonlyArray<Figure>
}

/** Reads the command line. Throws an `Error` whose message says what is wrong and what there is. */
export const readOptions = (args: ReadonlyArray<string>, all: ReadonlyArray<Figure>): BenchOptions => {
  const { json, short: isShort, only } = parse(args, all)
  const unknown = only.filter((name) => !all.some((figure) => figure.name === name))
  if (unknown.length > 0) throw new Error(`no figure ${unknown.join(", ")}: ${usage(all)}`)
  return {
    json,
    size: isShort ? short : full,
    figures: all.filter(({ name }) => only.length === 0 || only.includes(name))
  }
}

const parse = (args: ReadonlyArray<string>, all: ReadonlyArray<Figure>) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean", default: false },
        short: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] }
      }
    }).values
  } catch {
    throw new Error(usage(all))
  }
}

const usage = (all: ReadonlyArray<Figure>): string =>
  `npm run bench -- [--json] [--short] [--only FIGURE]…, figures: ${all.map(({ name }) => name).join(", ")}`
