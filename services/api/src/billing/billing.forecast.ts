import { type AverageUsage, forecastOfAverages, forecastOfHistory } from "@sluice/billing/forecast"
import { hasModels, isMeter } from "@sluice/billing/meters"
import { Books } from "@sluice/billing/price.book"
import { Forecast } from "@sluice/contracts/billing/billing.commands"
import { NothingToForecast } from "@sluice/contracts/billing/billing.errors"
import type { PriceLine } from "@sluice/contracts/billing/billing.events"
import { SignedAmount } from "@sluice/contracts/billing/billing.money"
import type { ForecastView } from "@sluice/contracts/billing/billing.views"
import { Caller } from "@sluice/contracts/http/http.auth"
import { type InputIssue, InputRefused } from "@sluice/contracts/input/input.errors"
import { Effect, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { found } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import { ask } from "../http/read.query.ts"

/** The newest tasks that a forecast rests on, at most. */
const MOST_TASKS = 1000

type Average = NonNullable<Forecast["averages"]>["usage"][0]

/** What n tasks may cost: by given averages, else by what the newest tasks cost so far. */
export const forecast = ({ request }: { readonly request: HttpServerRequest.HttpServerRequest }) =>
  Effect.gen(function* () {
    const { command } = yield* forecastBody(request)
    const { tasks, margin = 0, averages } = command
    if (averages === undefined) return found(yield* byHistory({ tasks, margin }))
    const view = forecastOfAverages({ tasks, margin }, yield* pricedUsage(averages.usage))
    if (!fits(view.expected.amount)) return yield* new InputRefused({ issues: [TOO_MUCH] })
    return found(view)
  })

const fits = Schema.is(SignedAmount)
const TOO_MUCH = { pointer: "/averages", message: "comes to more than an amount can be" }

const byHistory = (wanted: { readonly tasks: number; readonly margin: number }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const costs = yield* ask<ReadonlyArray<string>>(
      (sql) => sql`select sluice.task_costs(${tenant}, ${MOST_TASKS}) as answer`
    )
    if (costs.length < 2)
      return yield* new NothingToForecast({
        reason: "Fewer than two tasks have cost anything so far: give averages to forecast from"
      })
    return forecastOfHistory(wanted, costs.map(BigInt)) satisfies ForecastView
  })

interface InForce {
  readonly prices: ReadonlyArray<PriceLine> | null
  readonly used: ReadonlyArray<{ readonly meter: string; readonly model: string; readonly quantity: string }>
}

/** Averages with prices: their own, else those of the book in force, on from where this month's tiers stand. */
const pricedUsage = (usage: ReadonlyArray<Average>) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const { prices, used } = usage.every(({ price }) => price !== undefined)
      ? NOT_NEEDED
      : yield* ask<InForce>((sql) => sql`select sluice.prices_in_force(${tenant}) as answer`)
    const book = { version: 1, effectiveFrom: "", prices: prices ?? [] }
    const books = new Books([book])
    return yield* Effect.forEach(usage, ({ meter, model = "", quantity, price }) => {
      if (price !== undefined)
        return Effect.succeed({ meter, model, quantity, tiers: [{ upTo: null, price }], before: 0n })
      const tiers = books.tiersOf(book, meter, model)
      if (tiers === undefined) return Effect.fail(new NothingToForecast({ reason: missing(prices, meter, model) }))
      const before = BigInt(used.find((one) => one.meter === meter && one.model === model)?.quantity ?? 0)
      return Effect.succeed<AverageUsage>({ meter, model, quantity, tiers, before })
    })
  })

const NOT_NEEDED: InForce = { prices: [], used: [] }

const missing = (prices: InForce["prices"], meter: string, model: string): string =>
  prices === null
    ? "No price book is in force: publish one, or give prices"
    : `The price book in force has no price for ${meter}${model === "" ? "" : ` of ${model}`}`

/** Meters must be ones that there are; told together with every other fault of the body. */
const meterIssues = (usage: unknown): ReadonlyArray<InputIssue> => {
  if (!Array.isArray(usage)) return []
  return usage.flatMap((line: unknown, index): ReadonlyArray<InputIssue> => {
    const { meter, model } = Object(line) as { readonly meter?: unknown; readonly model?: unknown }
    if (typeof meter !== "string" || meter === "") return []
    const pointer = `/averages/usage/${index}`
    if (!isMeter(meter)) return [{ pointer: `${pointer}/meter`, message: "is no meter" }]
    return model !== undefined && !hasModels(meter)
      ? [{ pointer: `${pointer}/model`, message: `must be left out: ${meter} knows no models` }]
      : []
  })
}

const forecastBody = bodyOf(
  Forecast.check(
    Schema.makeFilter(({ averages }) =>
      meterIssues(averages?.usage).map(({ pointer, message }) => ({
        path: pointer.slice(1).split("/"),
        issue: message
      }))
    )
  ),
  undefined,
  (sent) => meterIssues(Object(Object(sent).averages).usage)
)
