import { hash } from "node:crypto"
import type { StatementLine, StatementView } from "@sluice/contracts/billing/billing.views"
import mustache from "mustache"
import { style, template } from "./statement.template.ts"

/** The page loads nothing, runs nothing, and can be shown in nobody's frame. */
export const pageHeaders = {
  "content-security-policy": [
    "default-src 'none'",
    `style-src 'sha256-${hash("sha256", style, "base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer"
}

const HEADINGS: Readonly<Record<StatementLine["kind"], string>> = {
  usage: "Usage",
  late: "Late usage, of months closed before",
  adjustment: "Adjustments",
  credit: "Credits"
}

/** A statement as one page to look at and to print. */
export const statementPage = (statement: StatementView, tenant: string): string => {
  const { month, status, closedAt, lines, charges, credits, due, unpriced } = statement
  const groups = Map.groupBy(lines, ({ kind }) => kind)
  const view = {
    style,
    tenant,
    month,
    isOpen: status === "open",
    closed: closedAt === null ? null : `${closedAt.slice(0, 10)} ${closedAt.slice(11, 16)} UTC`,
    groups: [...groups].map(([kind, lines]) => ({
      heading: HEADINGS[kind],
      lines: lines.map(({ meter, model, role, quantity, usd }) => ({
        meter: meter ?? HEADINGS[kind],
        model,
        role,
        quantity: quantity === null ? null : grouped(quantity),
        usd
      }))
    })),
    isEmpty: lines.length === 0,
    charges: charges.usd,
    credits: credits.amount === "0" ? null : credits.usd,
    due,
    hasUnpriced: unpriced.length > 0,
    unpriced: unpriced.map(({ meter, model, quantity }) => ({ meter, model, quantity: grouped(quantity) }))
  }
  return mustache.render(template, view, {}, { escape })
}

/** `1 234 567`, held together by narrow spaces. */
const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, "\u202f")

/** Without what would show text in another order than it has. */
const escape = (value: unknown): string => mustache.escape(String(value).replace(/[\u202a-\u202e\u2066-\u2069]/g, " "))
