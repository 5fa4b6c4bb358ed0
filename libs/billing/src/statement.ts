import type { StatementLine, StatementView } from "@sluice/contracts/billing/billing.views"
import { centsText, moneyOf } from "./money.text.ts"

/** What a month's statement is made of. Sums are whole numbers as text; '' where there is none. Charges are positive, credits negative. */
export interface StatementFacts {
  readonly month: string
  readonly status: "open" | "closed"
  /** RFC 3339, UTC; null while the month is open. */
  readonly closedAt: string | null
  readonly lines: ReadonlyArray<{
    readonly kind: StatementLine["kind"]
    readonly meter: string | null
    readonly model: string | null
    readonly role: string | null
    readonly quantity: string | null
    readonly amount: string
  }>
  readonly unpriced: ReadonlyArray<{ readonly meter: string; readonly model: string; readonly quantity: string }>
}

/** In this order they stand on a statement. */
const KINDS: ReadonlyArray<StatementLine["kind"]> = ["usage", "late", "adjustment", "credit"]

/** The statement, its lines in order and summed up; `due` alone is rounded, and once. */
export const statementOf = ({ month, status, closedAt, lines, unpriced }: StatementFacts): StatementView => {
  const sumOf = (isOne: (line: StatementFacts["lines"][0]) => boolean): bigint =>
    lines.filter(isOne).reduce((sum, { amount }) => sum + BigInt(amount), 0n)
  const charges = sumOf(({ kind }) => kind !== "credit")
  return {
    month,
    status,
    closedAt,
    lines: lines.map(lineOf).toSorted(inOrder),
    charges: moneyOf(charges),
    credits: moneyOf(sumOf(({ kind }) => kind === "credit")),
    due: centsText(charges),
    unpriced: unpriced.toSorted((a, b) => compared(a.meter, b.meter) || compared(a.model, b.model))
  }
}

const lineOf = ({ kind, meter, model, role, quantity, amount }: StatementFacts["lines"][0]): StatementLine => ({
  kind,
  meter: meter || null,
  model: model || null,
  role: role || null,
  // What is posted by hand has no units.
  quantity: meter ? quantity : null,
  ...moneyOf(BigInt(amount))
})

const inOrder = (a: StatementLine, b: StatementLine): number =>
  KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
  compared(a.meter, b.meter) ||
  compared(a.model, b.model) ||
  compared(a.role, b.role)

/** None comes first. */
const compared = (a: string | null, b: string | null): number =>
  (a ?? "") < (b ?? "") ? -1 : (a ?? "") > (b ?? "") ? 1 : 0
