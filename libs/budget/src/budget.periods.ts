import type { BudgetPeriod } from "@sluice/contracts/budget/budget.events"

/** Periods by name: the day `2026-10-31`, the month `2026-10`, all time `""`. Days and months are UTC, so names sort by time. */

const LENGTH = { none: 0, month: "2026-10".length, day: "2026-10-31".length } as const

/** The period that a time is in. `at`: RFC 3339 in UTC. */
export const periodOf = (kind: BudgetPeriod, at: string): string => at.slice(0, LENGTH[kind])

/** When a period begins, RFC 3339 in UTC; null for all time. */
export const startOf = (kind: BudgetPeriod, period: string): string | null =>
  kind === "none" ? null : `${period}${kind === "month" ? "-01" : ""}T00:00:00.000Z`
