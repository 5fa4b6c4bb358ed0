import { usdText } from "@sluice/billing/money.text"
import type {
  BalanceView,
  PricesView,
  StatementLine,
  StatementView,
  UsageReport
} from "@sluice/contracts/billing/billing.views"
import type { BudgetStanding } from "@sluice/contracts/budget/budget.views"
import { bar } from "./shared/bar.ts"
import { renderFields } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { harmless } from "./shared/terminal.ts"

/** Billing for people. Amounts are exact, but for what is due. */

const name = (text: string | null): string => harmless(text ?? "")

const KINDS: Readonly<Record<StatementLine["kind"], string>> = {
  usage: "usage",
  late: "late usage",
  adjustment: "adjustment",
  credit: "credit"
}

const unpricedLines = (unpriced: BalanceView["unpriced"]): ReadonlyArray<string> =>
  unpriced.map(({ meter, model, quantity }) => `Without a price: ${quantity} ${[meter, name(model)].join(" ").trim()}`)

export const describeStatement = (statement: StatementView): string => {
  const { month, status, closedAt, lines, charges, credits, due, unpriced } = statement
  const table = renderTable(
    ["what", "meter", "model", "role", "quantity", "USD"],
    lines.map(({ kind, meter, model, role, quantity, usd }) => [
      KINDS[kind],
      meter ?? "",
      name(model),
      name(role),
      quantity ?? "",
      usd
    ]),
    "Nothing was used."
  )
  return [
    `Statement ${month}, ${status === "open" ? "so far" : `closed ${closedAt ?? ""}`.trim()}`,
    table,
    ...unpricedLines(unpriced),
    `Charges ${charges.usd} USD${credits.amount === "0" ? "" : `, credits ${credits.usd} USD`}`,
    `Due ${due} USD`
  ].join("\n")
}

export const describeUsage = ({ groupBy, rows, total, truncated }: UsageReport): string =>
  [
    renderTable(
      [groupBy, "meter", "quantity", "without a price", "USD"],
      rows.map(({ group, meter, quantity, unpriced, usd }) => [
        group === null ? "–" : name(group),
        meter,
        quantity,
        unpriced === "0" ? "" : unpriced,
        usd
      ]),
      "Nothing was used."
    ),
    ...(truncated ? ["There are more: narrow it by --from, --to or --meter"] : []),
    `${total.usd} USD in all`
  ].join("\n")

export const describeBalance = ({ usd, credits, adjustments, usage, unpriced }: BalanceView): string =>
  [
    renderFields({ balance: usd, credits: credits.usd, adjustments: adjustments.usd, usage: usage.usd }),
    ...unpricedLines(unpriced)
  ].join("\n")

/** A price is nano-USD per million units: so many 10⁻¹⁵ USD each. */
const perMillion = (price: string): string => usdText(BigInt(price) * 1_000_000n)

export const describePrices = ({ version, effectiveFrom, publishedAt, publishedBy, prices }: PricesView): string =>
  [
    `Price book ${version}, in force from ${effectiveFrom}, published ${publishedAt} by ${name(publishedBy.id)}`,
    renderTable(
      ["meter", "model", "USD per million", "up to, in a month"],
      prices.flatMap(({ meter, model, tiers }) =>
        tiers.map(({ upTo, price }, index) => [
          index === 0 ? meter : "",
          index === 0 ? (model === "*" ? "any other" : name(model)) : "",
          perMillion(price),
          upTo ?? ""
        ])
      ),
      "It has no prices."
    )
  ].join("\n")

export const listBudgets = (page: {
  readonly items: ReadonlyArray<BudgetStanding>
  readonly nextCursor: string | null
}): string => {
  const table = renderTable(
    ["budget", "name", "of", "spent, USD", "of, USD", "", "in a", "state"],
    page.items.map((budget) => [
      budget.id,
      name(budget.name),
      [budget.scope.type, name(budget.scope.id)].join(" ").trim(),
      budget.spent.usd,
      usdText(BigInt(budget.limit)),
      `${bar(budget.percent, 10)} ${budget.percent} %`,
      budget.period === "none" ? "" : budget.period,
      !budget.active ? "out of force" : budget.blocking ? "blocks" : budget.blocks ? "may block" : ""
    ]),
    "No budgets."
  )
  return [table, ...(page.nextCursor === null ? [] : [`More: --cursor ${page.nextCursor}`])].join("\n")
}
