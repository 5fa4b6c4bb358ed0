import { moneyOf } from "@sluice/billing/money.text"
import { budget, startOf } from "@sluice/budget"
import { BudgetNotFound } from "@sluice/contracts/budget/budget.errors"
import type { BudgetStanding, BudgetView } from "@sluice/contracts/budget/budget.views"
import { Caller } from "@sluice/contracts/http/http.auth"
import { creationCursor } from "@sluice/contracts/http/http.cursor"
import { Effect } from "effect"
import { found } from "../http/answers.ts"
import { exists } from "../http/command.input.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"
import { readAtLeast } from "../http/read.version.ts"

/** Reads of budgets and what is spent of them; the functions behind them see the caller's tenant alone. */

interface Standing {
  readonly view: BudgetView
  /** The period that runs, by name; '' for all time. */
  readonly period: string
  readonly spent: string
}

const standingOf = ({ view, period, spent }: Standing): BudgetStanding => {
  const [part, limit] = [BigInt(spent), BigInt(view.limit)]
  const percent = (part * 100n) / limit
  return {
    ...view,
    periodStart: startOf(view.period, period),
    spent: moneyOf(part),
    percent: percent > MOST_PERCENT ? Number(MOST_PERCENT) : Number(percent),
    blocking: view.blocks && view.active && part >= limit
  }
}

/** A number of JSON is exact so far; a limit may be tiny. */
const MOST_PERCENT = BigInt(Number.MAX_SAFE_INTEGER)

interface ReadQuery {
  readonly params: { readonly id: string }
  readonly query: { readonly minVersion?: number; readonly wait?: string }
}

export const read = ({ params: { id }, query }: ReadQuery) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const row = yield* readAtLeast({
      query,
      look: Effect.map(
        ask<Standing | null>((sql) => sql`select sluice.read_budget(${tenant}, ${id}) as answer`),
        (row) => (row === null ? null : standingOf(row))
      ),
      exists: exists({ category: budget, id }),
      notFound: () => new BudgetNotFound({ budgetId: id })
    })
    return found(row, row.version)
  })

interface ListQuery {
  readonly query: { readonly active?: "true" | "false"; readonly limit?: number; readonly cursor?: string }
}

export const list = ({ query }: ListQuery) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const active = query.active === undefined ? null : query.active === "true"
    const { items, nextCursor } = yield* pageOf({
      query,
      cursor: creationCursor,
      positionOf: ({ view: { createdAt, id } }: Standing) => [createdAt, id] as const,
      fetch: (limit, after) => {
        const [createdAt, id] = after ?? [null, null]
        return ask<ReadonlyArray<Standing>>(
          (sql) => sql`select sluice.list_budgets(${tenant}, ${active}, ${limit}, ${createdAt}, ${id}) as answer`
        )
      }
    })
    return found({ items: items.map(standingOf), nextCursor })
  })
