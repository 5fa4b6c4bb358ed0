import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { importPrices, priceOf } from "./prices.import.ts"

const costs = (prompt: unknown, completion: unknown) => ({
  prompt_token_cost: prompt,
  completion_token_cost: completion
})

describe("USD per token", () => {
  it.each([
    ["0.0000005", "500000000"],
    ["0.00001", "10000000000"],
    ["0.00000125", "1250000000"],
    ["0.000000000000001", "1"],
    ["0.0", "0"],
    ["0", "0"],
    ["00.10", "100000000000000"],
    ["1", "1000000000000000"],
    ["999", "999000000000000000"],
    ["5e-7", "500000000"],
    ["1.5E-6", "1500000000"],
    ["+3e-06", "3000000000"],
    ["1e2", "100000000000000000"],
    // More decimals than 15 are no more digits where they are zeros.
    ["0.0000030000000000000", "3000000000"],
    // With floats it is 4099999999.9999995.
    ["0.0000041", "4100000000"]
  ])("%s is %s nano-USD per million", (text, price) => expect(priceOf(text)).toEqual(Result.succeed(price)))

  it.each([
    ["0.0000000000000001", "15 decimals"],
    ["1e-16", "15 decimals"],
    ["1.5e-15", "15 decimals"],
    ["1e-999", "15 decimals"],
    ["1000", "more than a price can be"],
    ["1e999", "more than a price can be"],
    ["-0.000003", "negative"],
    ["1,5", "number"],
    ["0x10", "number"],
    [".5", "number"],
    ["NaN", "number"],
    ["", "missing"],
    [undefined, "missing"],
    [{}, "number"],
    // A number has been a float already.
    [0.000003, "number"]
  ])("%j is refused", (text, why) => expect(Result.getOrThrow(Result.flip(priceOf(text)))).toContain(why))
})

describe("importing prices", () => {
  it("names models without their provider, and takes defaults for any other one", () => {
    const imported = importPrices({
      providers: {
        one: { big: { ...costs("0.00001", "0.00003"), notes: "x" } },
        two: { small: costs("0.0000005", "0.0") }
      },
      defaults: { ...costs("0.000003", "0.000015"), notes: "y" },
      forecasting: { buffer_multiplier: "1.2" }
    })
    expect(imported).toEqual(
      Result.succeed({
        prices: [
          { meter: "tokens.input", model: "big", price: "10000000000" },
          { meter: "tokens.output", model: "big", price: "30000000000" },
          { meter: "tokens.input", model: "small", price: "500000000" },
          { meter: "tokens.output", model: "small", price: "0" },
          { meter: "tokens.input", model: "*", price: "3000000000" },
          { meter: "tokens.output", model: "*", price: "15000000000" }
        ],
        notCarried: ["forecasting", "providers/notes", "defaults/notes"]
      })
    )
  })

  it("takes a model once that costs the same with two providers", () => {
    const both = { a: { m: costs("0.1", "0.2") }, b: { m: costs("0.10", "2e-1") } }
    const { prices } = Result.getOrThrow(importPrices({ providers: both }))
    expect(prices).toHaveLength(2)
  })

  it("names both providers where a model costs something else, and every other fault at once", () => {
    const imported = importPrices({
      providers: {
        a: { m: costs("0.1", "0.2"), "*": costs("0", "0"), n: "free" },
        b: { m: costs("0.1", "0.3"), o: costs("-1", "1e-16"), p: { prompt_token_cost: "0" } },
        c: []
      },
      defaults: costs("cheap", "")
    })
    const faults = Result.getOrThrow(Result.flip(imported)).map(({ path, message }) => `${path.join("/")} ${message}`)
    expect(faults).toEqual([
      "providers/a/* is no model: the prices of any other model are called defaults",
      "providers/a/n must have prompt_token_cost and completion_token_cost",
      "providers/b/o/prompt_token_cost must not be negative",
      "providers/b/o/completion_token_cost must be whole nano-USD per million tokens: 15 decimals at most",
      "providers/b/p completion_token_cost is missing",
      "providers/c must name models",
      "defaults/prompt_token_cost must be a number, for example 0.000003",
      "defaults/completion_token_cost is missing",
      "providers/b/m costs something else with b than with a: a model has one price here, whoever provides it"
    ])
  })

  it.each([[undefined], [null], ["prices"], [[]], [{}], [{ forecasting: {} }], [{ providers: {} }]])(
    "refuses %j",
    (document) =>
      expect(importPrices(document)).toEqual(Result.fail([{ path: [], message: "must have providers or defaults" }]))
  )
})
