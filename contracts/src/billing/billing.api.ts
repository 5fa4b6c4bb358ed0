import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { changeProblems, commandProblems } from "../http/http.conventions.ts"
import { changing, creating, replayable, tracing } from "../http/http.headers.ts"
import { Filter, pageOf, paging } from "../http/http.lists.ts"
import { problem } from "../http/problem.ts"
import { Forecast, GrantCredit, PostAdjustment, PublishPrices } from "./billing.commands.ts"
import { MonthNotOver, NothingToForecast, PricesNotFound, StatementNotFound } from "./billing.errors.ts"
import { Month } from "./billing.money.ts"
import {
  BalanceView,
  EntryKind,
  EntryView,
  ForecastView,
  PostingView,
  PricesView,
  StatementView,
  UsageGroup,
  UsageReport
} from "./billing.views.ts"

/** Billing over HTTP, and what each refusal means there. What is read is as new as the billing consumer is. */

const reads = ["billing:read"] as const
const admin = ["billing:admin"] as const
const made = <S extends Schema.Top>(view: S) =>
  [
    HttpApiSchema.WithHeaders(view.pipe(HttpApiSchema.status(201)), replayable),
    HttpApiSchema.WithHeaders(view, replayable)
  ] as const
const ClosedMonth = Schema.Struct({ month: Month }).annotate({ identifier: "ClosedMonth" })
const Day = Schema.String.check(
  Schema.isPattern(/^(?!0000)\d{4}-\d{2}-\d{2}$/u, { message: "must be a day, for example 2026-10-31" }),
  Schema.makeFilter((text) => isReal(text) || "must be a real day")
)
/** `Date` takes 31 February for 3 March. */
const isReal = (day: string): boolean => {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}

export const CSV_CONTENT_TYPE = "text/csv; charset=utf-8"
export const HTML_CONTENT_TYPE = "text/html; charset=utf-8"
export const StatementFormat = Schema.Literals(["json", "csv", "html"])
export type StatementFormat = typeof StatementFormat.Type
/** A schema of an answer can have one encoding only; the other ones are said here. */
const alsoAsText = (operation: Record<string, unknown>): Record<string, unknown> => {
  const responses = operation.responses as Record<string, { readonly content: object }>
  const text = { schema: { type: "string" } }
  const content = { ...responses["200"]?.content, "text/csv": text, "text/html": text }
  return { ...operation, responses: { ...responses, "200": { ...responses["200"], content } } }
}

export class BillingApi extends HttpApiGroup.make("billing")
  .add(
    HttpApiEndpoint.put("publishPrices", "/billing/prices", {
      headers: changing,
      payload: PublishPrices,
      success: made(PricesView),
      error: changeProblems
    })
      .annotate(NeedsScope, admin)
      .annotate(OpenApi.Summary, "Publish a price book; the same one again is the same version"),
    HttpApiEndpoint.get("listPrices", "/billing/prices", {
      headers: tracing,
      query: paging,
      success: pageOf(PricesView, "PricesList")
    })
      .annotate(NeedsScope, reads)
      .annotate(OpenApi.Summary, "List price books, newest first"),
    HttpApiEndpoint.get("readPrices", "/billing/prices/:version", {
      params: {
        version: Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))
      },
      headers: tracing,
      success: PricesView,
      error: problem(PricesNotFound, 404)
    })
      .annotate(NeedsScope, reads)
      .annotate(OpenApi.Summary, "Read a version of the price book"),
    HttpApiEndpoint.post("grantCredit", "/billing/credits", {
      headers: creating,
      payload: GrantCredit,
      success: made(PostingView),
      error: commandProblems
    })
      .annotate(NeedsScope, admin)
      .annotate(OpenApi.Summary, "Credit the tenant's balance"),
    HttpApiEndpoint.post("postAdjustment", "/billing/adjustments", {
      headers: creating,
      payload: PostAdjustment,
      success: made(PostingView),
      error: commandProblems
    })
      .annotate(NeedsScope, admin)
      .annotate(OpenApi.Summary, "Correct the balance by a new entry"),
    HttpApiEndpoint.get("usage", "/billing/usage", {
      headers: tracing,
      query: {
        groupBy: UsageGroup,
        from: Schema.optionalKey(Day.annotate({ description: "First day, UTC" })),
        to: Schema.optionalKey(Day.annotate({ description: "Day after the last, UTC" })),
        meter: Schema.optionalKey(Filter)
      },
      success: UsageReport
    })
      .annotate(NeedsScope, reads)
      .annotate(OpenApi.Summary, "Sum up usage by day, model, role, session, run or phase"),
    HttpApiEndpoint.get("ledger", "/billing/ledger", {
      headers: tracing,
      query: {
        kind: Schema.optionalKey(EntryKind),
        month: Schema.optionalKey(Month),
        session: Schema.optionalKey(Filter),
        ...paging
      },
      success: pageOf(EntryView, "LedgerPage")
    })
      .annotate(NeedsScope, reads)
      .annotate(OpenApi.Summary, "List ledger entries, newest first"),
    HttpApiEndpoint.get("balance", "/billing/balance", { headers: tracing, success: BalanceView })
      .annotate(NeedsScope, reads)
      .annotate(OpenApi.Summary, "Read the balance: credits and adjustments less usage"),
    HttpApiEndpoint.get("statements", "/billing/statements", {
      headers: tracing,
      query: paging,
      success: pageOf(StatementView, "StatementList")
    })
      .annotate(NeedsScope, reads)
      .annotate(OpenApi.Summary, "List statements, newest month first"),
    HttpApiEndpoint.get("statement", "/billing/statements/:month", {
      params: { month: Month },
      headers: {
        ...tracing,
        accept: Schema.optionalKey(
          Schema.String.annotate({ description: "text/csv: its lines; text/html: a page to print" })
        )
      },
      query: { format: Schema.optionalKey(StatementFormat.annotate({ description: "Counts for more than Accept" })) },
      success: StatementView,
      error: problem(StatementNotFound, 404)
    })
      .annotate(NeedsScope, reads)
      .annotate(OpenApi.Summary, "Read a month's statement, also as CSV or HTML; of the running month, so far")
      .annotate(OpenApi.Transform, alsoAsText),
    HttpApiEndpoint.post("closeMonth", "/billing/statements/:month/close", {
      params: { month: Month },
      headers: changing,
      success: HttpApiSchema.WithHeaders(ClosedMonth, replayable),
      error: [problem(MonthNotOver, 409), ...changeProblems]
    })
      .annotate(NeedsScope, admin)
      .annotate(OpenApi.Summary, "Close a month that is over, and every earlier one"),
    HttpApiEndpoint.post("forecast", "/billing/forecast", {
      headers: tracing,
      payload: Forecast,
      success: ForecastView,
      error: [problem(NothingToForecast, 409), ...commandProblems]
    })
      .annotate(NeedsScope, reads)
      .annotate(OpenApi.Summary, "Forecast what tasks cost")
  )
  .middleware(Auth)
  .prefix("/v1") {}
