import { usdText } from "@sluice/billing/money.text"
import { PER_CENT } from "@sluice/contracts/billing/billing.money"
import type { StatementView } from "@sluice/contracts/billing/billing.views"
import { stringify } from "csv-stringify/sync"

/** A row of the file; `amount` comes twice, exactly (10⁻¹⁵ USD) and in USD. */
interface Row {
  /** Of a line; `unpriced`; and of the sums at the end `charges`, `credits`, `due`. */
  readonly kind: string
  readonly meter?: string | null
  readonly model?: string | null
  readonly role?: string | null
  readonly quantity?: bigint | null
  readonly amount?: bigint
  readonly usd?: bigint
}

const COLUMNS = ["month", "status", "kind", "meter", "model", "role", "quantity", "amount", "usd"]

/**
 * A statement as CSV (RFC 4180). Names of models and roles are other people's: one that a spreadsheet would take for a formula begins with
 * an apostrophe. Numbers are left as they are, so that a negative one stays one.
 */
export const statementCsv = ({ month, status, lines, unpriced, charges, credits, due }: StatementView): string => {
  const rows: ReadonlyArray<Row> = [
    ...lines.map(({ kind, meter, model, role, quantity, amount }) => ({
      ...{ kind, meter, model, role, quantity: quantity === null ? null : BigInt(quantity) },
      ...money(BigInt(amount))
    })),
    ...unpriced.map(({ meter, model, quantity }) => ({ kind: "unpriced", meter, model, quantity: BigInt(quantity) })),
    { kind: "charges", ...money(BigInt(charges.amount)) },
    { kind: "credits", ...money(BigInt(credits.amount)) },
    { kind: "due", ...money(BigInt(due.replace(".", "")) * PER_CENT) }
  ]
  return stringify(
    rows.map((row) => ({ month, status, ...row })),
    {
      columns: COLUMNS,
      header: true,
      record_delimiter: "windows",
      escape_formulas: true,
      cast: { bigint: (value, { column }) => (column === "usd" ? usdText(value) : String(value)) }
    }
  )
}

const money = (amount: bigint) => ({ amount, usd: amount })
