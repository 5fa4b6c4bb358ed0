import { isMeter } from "@sluice/billing/meters"
import { moneyOf, usdText } from "@sluice/billing/money.text"
import { PricesNotFound } from "@sluice/contracts/billing/billing.errors"
import type {
  BalanceView,
  EntryKind,
  EntryView,
  PricesView,
  UsageGroup,
  UsageReport,
  UsageRow
} from "@sluice/contracts/billing/billing.views"
import { Caller } from "@sluice/contracts/http/http.auth"
import { cursorOf, positionCursor } from "@sluice/contracts/http/http.cursor"
import { BadRequest } from "@sluice/contracts/http/http.errors"
import { Effect, Schema } from "effect"
import { found } from "../http/answers.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"

/**
 * Reads of the billing service's tables; the functions behind them see the caller's tenant alone. Statements and the forecast:
 * `billing.statements`, `billing.forecast`.
 */

export { forecast } from "./billing.forecast.ts"
export { statement, statements } from "./billing.statements.ts"

interface Paging {
  readonly limit?: number
  readonly cursor?: string
}

export const listPrices = ({ query }: { readonly query: Paging }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    return found(
      yield* pageOf({
        query,
        cursor: positionCursor,
        positionOf: ({ version }: PricesView) => [version] as const,
        fetch: (limit, after) =>
          ask<ReadonlyArray<PricesView>>(
            (sql) => sql`select sluice.list_prices(${tenant}, ${limit}, ${after?.[0] ?? null}) as answer`
          )
      })
    )
  })

export const readPrices = ({ params: { version } }: { readonly params: { readonly version: number } }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const row = yield* ask<PricesView | null>((sql) => sql`select sluice.read_prices(${tenant}, ${version}) as answer`)
    return row === null ? yield* new PricesNotFound({ version }) : found(row)
  })

interface UsageQuery {
  readonly groupBy: UsageGroup
  /** `2026-10-31`, UTC: the first day, and the day after the last. */
  readonly from?: string
  readonly to?: string
  readonly meter?: string
}
interface UsageSums {
  readonly rows: ReadonlyArray<Omit<UsageRow, "usd">>
  readonly total: string
  readonly truncated: boolean
}

const MOST_GROUPS = 1000

/** The first thousand groups; the total is that of all. */
export const usage = ({ query: { groupBy, from, to, meter } }: { readonly query: UsageQuery }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    if (meter !== undefined && !isMeter(meter))
      return yield* new BadRequest({ issues: [{ pointer: "/query/meter", message: "is no meter" }] })
    const { rows, total, truncated } = yield* ask<UsageSums>(
      (sql) => sql`
        select sluice.usage_report(
          ${tenant}, ${groupBy}, ${from ?? null}::text::date, ${to ?? null}::text::date, ${meter ?? null}, ${MOST_GROUPS}
        ) as answer`
    )
    return found({
      groupBy,
      from: from ?? null,
      to: to ?? null,
      rows: rows.map(({ amount, ...row }) => ({ ...row, ...moneyOf(BigInt(amount)) })),
      total: moneyOf(BigInt(total)),
      truncated
    } satisfies UsageReport)
  })

interface LedgerQuery extends Paging {
  readonly kind?: EntryKind
  readonly month?: string
  readonly session?: string
}
interface LedgerRow {
  readonly position: number
  readonly line: number
  readonly entry: Omit<EntryView, "usd">
}

const entryCursor = cursorOf(
  Schema.Tuple([
    Schema.Int.check(Schema.isGreaterThan(0)),
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 31 - 1 }))
  ])
)

export const ledger = ({ query }: { readonly query: LedgerQuery }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const { kind = null, month = null, session } = query
    const sessionId = session?.toLowerCase() ?? null
    const { items, nextCursor } = yield* pageOf({
      query,
      cursor: entryCursor,
      positionOf: ({ position, line }: LedgerRow) => [position, line] as const,
      fetch: (limit, after) => {
        const [position, line] = after ?? [null, null]
        return ask<ReadonlyArray<LedgerRow>>(
          (sql) => sql`
            select sluice.list_ledger(${tenant}, ${kind}, ${month}, ${sessionId}, ${limit}, ${position}, ${line}) as answer`
        )
      }
    })
    const shown = items.map(({ entry }): EntryView => ({ ...entry, usd: usdText(BigInt(entry.amount)) }))
    return found({ items: shown, nextCursor })
  })

interface Charges {
  /** By kind of a statement's lines; positive for what is charged. */
  readonly charges: { readonly [kind: string]: string }
  readonly unpriced: BalanceView["unpriced"]
}

export const balance = Effect.gen(function* () {
  const { tenant } = yield* Caller
  const { charges, unpriced } = yield* ask<Charges>((sql) => sql`select sluice.read_balance(${tenant}) as answer`)
  const given = (kind: string): bigint => -BigInt(charges[kind] ?? 0)
  const [credits, adjustments, used] = [given("credit"), given("adjustment"), given("usage") + given("late")]
  return found({
    ...moneyOf(credits + adjustments + used),
    credits: moneyOf(credits),
    adjustments: moneyOf(adjustments),
    usage: moneyOf(used),
    unpriced
  } satisfies BalanceView)
})
