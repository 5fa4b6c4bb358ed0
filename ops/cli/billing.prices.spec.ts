import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { pricesOf } from "./billing.prices.file.ts"

/** The real file of another project, where it is; `SLUICE_INPUT` names the folder. */
const shared = join(
  process.env.SLUICE_INPUT || join(import.meta.dirname, "../../../shared/input"),
  "omoi/cost_models.yaml"
)
const isReal = existsSync(shared)
const sample = `# USD per token
providers:
  openai:
    gpt-3.5-turbo:
      prompt_token_cost: 0.0000005
      completion_token_cost: 0.0000015
      notes: "GPT-3.5 Turbo"
    text-embedding-3-small:
      prompt_token_cost: 0.00000002
      completion_token_cost: 0.0
  anthropic:
    claude-haiku:
      prompt_token_cost: 0.00000025
      completion_token_cost: 0.00000125
defaults:
  prompt_token_cost: 0.000003
  completion_token_cost: 0.000015
  notes: "Fallback pricing for unknown models"
forecasting:
  buffer_multiplier: 1.2  # 20% overhead
`

const read = (text: string) => Result.getOrThrow(pricesOf(text))
const faults = (text: string) =>
  Result.getOrThrow(Result.flip(pricesOf(text))).map(({ line, column, pointer, message }) =>
    [line, column, pointer, message].join(" ")
  )

const text = isReal ? readFileSync(shared, "utf8") : sample

describe(isReal ? "the prices of another project" : `prices of our own, as ${shared} is not there`, () => {
  it("become a price book, to the last digit", () => {
    const { prices, notCarried } = read(text)
    const of = (meter: string, model: string) =>
      prices.filter((line) => line.meter === meter && line.model === model).map(({ price }) => price)
    expect(prices).toHaveLength(2 * (isReal ? 11 : 4))
    expect(of("tokens.input", "gpt-3.5-turbo")).toEqual(["500000000"])
    expect(of("tokens.output", "gpt-3.5-turbo")).toEqual(["1500000000"])
    expect(of("tokens.input", "text-embedding-3-small")).toEqual(["20000000"])
    expect(of("tokens.output", "text-embedding-3-small")).toEqual(["0"])
    expect(of("tokens.input", "claude-haiku")).toEqual(["250000000"])
    expect(of("tokens.output", "claude-haiku")).toEqual(["1250000000"])
    expect(of("tokens.input", "*")).toEqual(["3000000000"])
    expect(of("tokens.output", "*")).toEqual(["15000000000"])
    expect(notCarried).toEqual(expect.arrayContaining(["forecasting", "providers/notes", "defaults/notes"]))
  })
})

describe("a file of prices", () => {
  it("never passes through a float", () => {
    const text = sample.replace("0.0000005", "0.000000000000001").replace("0.0000015", "999.000000000000001")
    const { prices } = read(text)
    expect(prices.slice(0, 2).map(({ price }) => price)).toEqual(["1", "999000000000000001"])
    expect(read(sample.replace("0.0000005", "5e-7"))).toEqual(read(sample))
    expect(read(sample.replace("0.0000005", '"0.0000005"'))).toEqual(read(sample))
  })

  it("may be JSON", () =>
    expect(read('{"defaults": {"prompt_token_cost": 0.000003, "completion_token_cost": 0.00}}').prices).toEqual([
      { meter: "tokens.input", model: "*", price: "3000000000" },
      { meter: "tokens.output", model: "*", price: "0" }
    ]))

  it("is refused with every fault and where it is", () => {
    const text = `providers:
  a:
    m: { prompt_token_cost: 0.1, completion_token_cost: -0.2 }
    n: { prompt_token_cost: 0.1, completion_token_cost: 0.2 }
  b:
    n:
      prompt_token_cost: 0.10
      completion_token_cost: 0.3
    o/p:
      prompt_token_cost: 0.0000000000000001
`
    expect(faults(text)).toEqual([
      "3 57 /providers/a/m/completion_token_cost must not be negative",
      "10 26 /providers/b/o~1p/prompt_token_cost must be whole nano-USD per million tokens: 15 decimals at most",
      "10 7 /providers/b/o~1p completion_token_cost is missing",
      "7 7 /providers/b/n costs something else with b than with a: a model has one price here, whoever provides it"
    ])
  })

  it("that is no YAML, or says a thing twice, is refused", () => {
    expect(faults("a: [")[0]).toMatch(/^1 \d+ {2}/)
    expect(faults(`${sample}defaults: {}\n`)).toEqual([expect.stringMatching(/^21 1 {2}Map keys must be unique/)])
    expect(faults(`${sample}---\n${sample}`)).not.toEqual([])
    for (const text of ["", "- a", "prices", "defaults:"]) expect(faults(text)).toHaveLength(1)
  })

  it("whose aliases stand for too much is refused", () => {
    const levels = [...Array(9).keys()].map((n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(", ")}]`)
    expect(faults(["a0: &a0 [x, x, x]", ...levels].join("\n"))).toEqual([expect.stringContaining("alias")])
  })
})
