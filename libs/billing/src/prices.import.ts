import type { PriceInput } from "@sluice/contracts/billing/billing.commands"
import { Result } from "effect"

/**
 * Prices in the shape of a neighbouring system's `cost_models.yaml`: `providers` with models, and `defaults` for any other model, in USD per
 * token. Every number must be here as it was written, as text: a float would no longer be what somebody meant.
 */

/** A fault and where it is: names of fields from the top. */
export interface ImportFault {
  readonly path: ReadonlyArray<string>
  readonly message: string
}

export interface ImportedPrices {
  readonly prices: ReadonlyArray<PriceInput>
  /** Fields that nothing here stands for: `forecasting`, `providers/notes`. */
  readonly notCarried: ReadonlyArray<string>
}

/** What a field of a model costs. */
const METERS = { prompt_token_cost: "tokens.input", completion_token_cost: "tokens.output" } as const
const COSTS = Object.keys(METERS) as ReadonlyArray<keyof typeof METERS>
const ANY_MODEL = "*"

type Fields = Readonly<Record<string, unknown>>

/** One model's prices, by meter; those that are no good are left out. */
interface Model {
  readonly path: ReadonlyArray<string>
  readonly name: string
  readonly prices: ReadonlyMap<string, string>
}

/** A price book's lines, or everything that is wrong with them. A model is named without its provider. */
export const importPrices = (document: unknown): Result.Result<ImportedPrices, ReadonlyArray<ImportFault>> => {
  const faults: Array<ImportFault> = []
  const report = (path: ReadonlyArray<string>, message: string): void => void faults.push({ path, message })
  if (!isFields(document)) return Result.fail([{ path: [], message: "must have providers or defaults" }])
  const models = modelsIn(document, report)
  if (models.length === 0 && faults.length === 0) report([], "must have providers or defaults")
  const found = withoutRepeats(models, report)
  if (faults.length > 0) return Result.fail(faults)
  return Result.succeed({
    prices: found.flatMap(({ name, prices }) => [...prices].map(([meter, price]) => ({ meter, model: name, price }))),
    notCarried: notCarried(document)
  })
}

type Report = (path: ReadonlyArray<string>, message: string) => void

const modelsIn = (document: Fields, report: Report): ReadonlyArray<Model> => {
  const { providers = {}, defaults } = document
  if (!isFields(providers)) report(["providers"], "must name providers")
  const named = entriesOf(providers).flatMap(([provider, models]) => {
    const path = ["providers", provider]
    if (!isFields(models)) report(path, "must name models")
    return entriesOf(models).map(([name, costs]) => {
      if (name === ANY_MODEL) report([...path, name], "is no model: the prices of any other model are called defaults")
      if (name === "" || name.length > 200) report([...path, name], "must have a name of 1 to 200 characters")
      return modelOf([...path, name], name, costs, report)
    })
  })
  return defaults === undefined ? named : [...named, modelOf(["defaults"], ANY_MODEL, defaults, report)]
}

const modelOf = (path: ReadonlyArray<string>, name: string, costs: unknown, report: Report): Model => {
  const prices = new Map<string, string>()
  if (!isFields(costs)) report(path, `must have ${COSTS.join(" and ")}`)
  else
    for (const field of COSTS) {
      const price = priceOf(costs[field])
      if (Result.isSuccess(price)) prices.set(METERS[field], price.success)
      else
        report(
          costs[field] === undefined ? path : [...path, field],
          costs[field] === undefined ? `${field} ${price.failure}` : price.failure
        )
    }
  return { path, name, prices }
}

/** Each model once. Providers may have a model in common where it costs the same. */
const withoutRepeats = (models: ReadonlyArray<Model>, report: Report): ReadonlyArray<Model> => {
  const first = new Map<string, Model>()
  for (const model of models) {
    const before = first.get(model.name)
    if (before === undefined) first.set(model.name, model)
    else if ([...model.prices].some(([meter, price]) => (before.prices.get(meter) ?? price) !== price))
      report(
        model.path,
        `costs something else with ${model.path[1]} than with ${before.path[1]}: a model has one price here, whoever provides it`
      )
  }
  return [...first.values()]
}

/** A decimal, also with an exponent: `0.0000005`, `5e-7`. */
const DECIMAL = /^(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/
/** USD per unit → nano-USD per million units. */
const SHIFT = 15
const MOST_DIGITS = 18

/** USD per token as whole nano-USD per million tokens, digit by digit; or what is wrong with it. */
export const priceOf = (usdPerToken: unknown): Result.Result<string, string> => {
  if (usdPerToken === undefined || usdPerToken === "") return Result.fail("is missing")
  if (typeof usdPerToken !== "string") return Result.fail("must be a number")
  if (/^-/.test(usdPerToken)) return Result.fail("must not be negative")
  const [, whole, decimals = "", exponent = "0"] = DECIMAL.exec(usdPerToken.replace(/^\+/, "")) ?? []
  if (whole === undefined) return Result.fail("must be a number, for example 0.000003")
  const digits = (whole + decimals).replace(/^0+/, "")
  if (digits === "") return Result.succeed("0")
  const zeros = SHIFT + Number(exponent) - decimals.length
  if (digits.length + zeros > MOST_DIGITS) return Result.fail("is more than a price can be")
  if (zeros >= 0) return Result.succeed(digits + "0".repeat(zeros))
  return /[^0]/.test(digits.slice(zeros))
    ? Result.fail("must be whole nano-USD per million tokens: 15 decimals at most")
    : Result.succeed(digits.slice(0, zeros))
}

const notCarried = (document: Fields): ReadonlyArray<string> => {
  const others = (at: string, costs: unknown) =>
    entriesOf(costs).flatMap(([field]) => (field in METERS ? [] : [`${at}/${field}`]))
  const models = entriesOf(document.providers).flatMap(([, models]) => entriesOf(models))
  return [
    ...new Set([
      ...Object.keys(document).filter((field) => field !== "providers" && field !== "defaults"),
      ...models.flatMap(([, costs]) => others("providers", costs)),
      ...others("defaults", document.defaults)
    ])
  ]
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const entriesOf = (value: unknown): ReadonlyArray<[string, unknown]> => (isFields(value) ? Object.entries(value) : [])
