import { type StatementFacts, statementOf } from "@sluice/billing/statement"
import { CSV_CONTENT_TYPE, HTML_CONTENT_TYPE, type StatementFormat } from "@sluice/contracts/billing/billing.api"
import { StatementNotFound } from "@sluice/contracts/billing/billing.errors"
import { Month } from "@sluice/contracts/billing/billing.money"
import type { StatementView } from "@sluice/contracts/billing/billing.views"
import { Caller } from "@sluice/contracts/http/http.auth"
import { cursorOf } from "@sluice/contracts/http/http.cursor"
import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { preferred } from "../http/accept.ts"
import { found } from "../http/answers.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"
import { statementCsv } from "./statement.csv.ts"
import { pageHeaders, statementPage } from "./statement.page.ts"

/** Statements of months, closed and running. */

const monthCursor = cursorOf(Schema.Tuple([Month]))

export const statements = ({ query }: { readonly query: { readonly limit?: number; readonly cursor?: string } }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const { items, nextCursor } = yield* pageOf({
      query,
      cursor: monthCursor,
      positionOf: ({ month }: StatementFacts) => [month] as const,
      fetch: (limit, after) =>
        ask<ReadonlyArray<StatementFacts>>(
          (sql) => sql`select sluice.list_statements(${tenant}, ${limit}, ${after?.[0] ?? null}) as answer`
        )
    })
    return found({ items: items.map(statementOf), nextCursor })
  })

interface Wanted {
  readonly params: { readonly month: string }
  readonly headers: { readonly accept?: string }
  readonly query: { readonly format?: StatementFormat }
}

const offers = [
  { format: "json", types: ["application/json"] },
  { format: "csv", types: ["text/csv"] },
  { format: "html", types: ["text/html", "application/xhtml+xml"] }
] as const

/** One month's, as JSON unless asked otherwise. */
export const statement = ({ params: { month }, headers, query }: Wanted) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const facts = yield* ask<StatementFacts | null>(
      (sql) => sql`select sluice.read_statement(${tenant}, ${month}) as answer`
    )
    if (facts === null) return yield* new StatementNotFound({ month })
    const format = query.format ?? preferred(headers.accept, offers)
    return HttpServerResponse.setHeader(written(statementOf(facts), tenant, format), "vary", "accept")
  })

const written = (view: StatementView, tenant: string, format: StatementFormat) => {
  if (format === "json") return found(view)
  if (format === "html")
    return HttpServerResponse.text(statementPage(view, tenant), {
      contentType: HTML_CONTENT_TYPE,
      headers: pageHeaders
    })
  return HttpServerResponse.text(statementCsv(view), {
    contentType: CSV_CONTENT_TYPE,
    headers: { "content-disposition": `attachment; filename="statement-${tenant}-${view.month}.csv"` }
  })
}
