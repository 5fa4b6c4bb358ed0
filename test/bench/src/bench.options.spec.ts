import { expect, it } from "vitest"
import { readOptions } from "./bench.options.ts"
import { type Figure, full, short } from "./figure.ts"

const figures = ["bus", "relay"].map(
  (name): Figure => ({ name, question: name, keys: [], run: async () => ({ wanted: {}, absolute: {} }) })
)
const names = (args: ReadonlyArray<string>) => readOptions(args, figures).figures.map(({ name }) => name)

it("measures everything in full unless told otherwise", () => {
  expect(readOptions([], figures)).toEqual({ json: false, size: full, figures })
  expect(readOptions(["--json", "--short"], figures)).toMatchObject({ json: true, size: short })
  expect([names(["--only", "relay"]), names(["--only", "relay", "--only", "bus"])]).toEqual([
    ["relay"],
    ["bus", "relay"]
  ])
})

it.each([["--only", "nonsense"], ["--help"], ["extra"]])("says what there is when asked for %s", (...args) => {
  expect(() => readOptions(args, figures)).toThrow(/--json.*--short.*--only FIGURE.*bus, relay/)
})
