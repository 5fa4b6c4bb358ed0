import type { EntryView } from "@sluice/contracts/billing/billing.views"
import type { BudgetView } from "@sluice/contracts/budget/budget.views"
import { freshId } from "@sluice/contracts/id/id.fresh"
import postgres from "postgres"
import { afterAll } from "vitest"

interface Used {
  /** `2026-10-31` */
  readonly day: string
  readonly meter?: string
  readonly model?: string
  readonly role?: string
  readonly session?: string
  readonly run?: string
  readonly phase?: string
  readonly task?: string
  readonly quantity?: number
  readonly unpriced?: number
  readonly amount?: string
}

interface Posted {
  readonly position: number
  readonly line?: number
  readonly kind?: EntryView["kind"]
  readonly amount?: string
  readonly month?: string
  readonly meter?: string
  readonly model?: string
  readonly quantity?: number | null
  readonly session?: string
  readonly reason?: string
}

interface Line {
  readonly month: string
  readonly kind?: "usage" | "late" | "credit" | "adjustment"
  readonly meter?: string
  readonly model?: string
  readonly role?: string
  readonly quantity?: number
  readonly amount: string
}

interface Book {
  readonly version: number
  readonly effectiveFrom: string
  readonly prices: ReadonlyArray<object>
}

/** Puts rows into the billing service's tables as it would, which these specs do without. Each tenant's are apart. */
export const billingRows = (adminUrl: string) => {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  afterAll(() => sql.end())
  return {
    sql,
    /** Both of the sums by day. */
    used: async (tenant: string, used: Used): Promise<void> => {
      const { day, meter = "tokens.input", model = "", role = "", quantity = 1, unpriced = 0, amount = "0" } = used
      const { session = "", run = "", phase = "", task = "" } = used
      await sql`
        insert into sluice.billing_days as d (tenant, day, meter, model, role, quantity, unpriced, amount)
        values (${tenant}, ${day}, ${meter}, ${model}, ${role}, ${quantity}, ${unpriced}, ${amount})
        on conflict on constraint billing_days_pkey do update set quantity = d.quantity + excluded.quantity,
          unpriced = d.unpriced + excluded.unpriced, amount = d.amount + excluded.amount`
      await sql`
        insert into sluice.billing_work as w (tenant, day, session_id, run_id, phase, role, task_id, meter, quantity, unpriced, amount)
        values (${tenant}, ${day}, ${session}, ${run}, ${phase}, ${role}, ${task}, ${meter}, ${quantity}, ${unpriced}, ${amount})
        on conflict on constraint billing_work_pkey do update set quantity = w.quantity + excluded.quantity,
          unpriced = w.unpriced + excluded.unpriced, amount = w.amount + excluded.amount`
    },
    posted: async (tenant: string, posted: Posted): Promise<void> => {
      const {
        position,
        line = 0,
        kind = "usage",
        amount = "1",
        month = "2026-10",
        session = "",
        reason = null
      } = posted
      const byHand = kind === "credit" || kind === "adjustment"
      const { meter = byHand ? "" : "tokens.input", model = "", quantity = byHand ? null : 1 } = posted
      const [debit, credit] = { usage: ["balance", "usage"], reversal: ["usage", "balance"] }[kind as string] ?? [
        `${kind}s`,
        "balance"
      ]
      await sql`
        insert into sluice.billing_ledger (tenant, position, line, kind, source_id, meter, part, revision, item, event_id, debit,
          credit, amount, quantity, price_version, at, month, late, model, role, session_id, run_id, phase, reason)
        values (${tenant}, ${position}, ${line}, ${kind}, ${freshId()}, ${meter}, 0, 0, 0, ${freshId()}, ${debit as string},
          ${credit as string}, ${amount}, ${quantity}, ${byHand ? null : 1}, '2026-10-31T12:00:00.5Z', ${month}, false, ${model},
          '', ${session}, '', '', ${reason})`
    },
    line: async (tenant: string, line: Line): Promise<void> => {
      const { month, kind = "usage", meter = "", model = "", role = "", quantity = 0, amount } = line
      await sql`
        insert into sluice.billing_months (tenant, month, kind, meter, model, role, quantity, amount)
        values (${tenant}, ${month}, ${kind}, ${meter}, ${model}, ${role}, ${quantity}, ${amount})`
    },
    closed: async (
      tenant: string,
      month: string,
      lines: ReadonlyArray<object> = [],
      unpriced: ReadonlyArray<object> = []
    ): Promise<void> => {
      await sql`
        insert into sluice.billing_statements (tenant, month, position, closed_at, lines, unpriced)
        values (${tenant}, ${month}, 1, '2026-11-02T03:04:05.678Z', ${sql.json(lines as never)}, ${sql.json(unpriced as never)})`
      await sql`
        insert into sluice.billing_accounts as a (tenant, closed_through) values (${tenant}, ${month})
        on conflict on constraint billing_accounts_pkey do update set closed_through = greatest(a.closed_through, ${month})`
    },
    book: async (tenant: string, { version, effectiveFrom, prices }: Book): Promise<void> => {
      const by = { kind: "user", id: "ada", roles: ["pm"] }
      await sql`
        insert into sluice.billing_prices (tenant, version, effective_from, prices, published_at, published_by)
        values (${tenant}, ${version}, ${effectiveFrom}, ${sql.json(prices as never)}, '2026-01-01T00:00:00Z', ${sql.json(by)})`
    },
    budget: async (tenant: string, budget: BudgetView): Promise<void> => {
      await sql`
        insert into sluice.budgets (tenant, id, version, view, fold, created_at)
        values (${tenant}, ${budget.id}, ${budget.version}, ${sql.json(budget as never)}, '{}', ${budget.createdAt})`
    },
    spent: async (tenant: string, budgetId: string, period: string, spent: string): Promise<void> => {
      await sql`
        insert into sluice.budget_spend (tenant, budget_id, period, spent) values (${tenant}, ${budgetId}, ${period}, ${spent})`
    }
  }
}
