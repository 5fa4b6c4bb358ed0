import type { BudgetEvent } from "@sluice/contracts/budget/budget.events"
import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import { type Happened, minute, person, storyteller } from "@sluice/contracts/testing/testing.given-when-then"
import type { Reach } from "./budget.decide.ts"
import { periodOf, startOf } from "./budget.periods.ts"
import { budget } from "./budget.stream.ts"

/** The words of this noun's specs. */

export type Story = ReadonlyArray<Happened<BudgetEvent>>
export const given = storyteller<typeof budget.initial, BudgetEvent>(budget)

export const run = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"
export const settings = {
  name: "October",
  scope: { type: "tenant", id: null },
  period: "month",
  limit: "1000",
  blocks: false,
  notify: ["finance"]
} as const

type Created = Extract<BudgetEvent, { type: "budget.created" }>["data"]
export const created = (more: Partial<Created> = {}): Happened<BudgetEvent> => ({
  event: { type: "budget.created", data: { ...settings, ...more } }
})
export const updated = (data: Extract<BudgetEvent, { type: "budget.updated" }>["data"]): Happened<BudgetEvent> => ({
  event: { type: "budget.updated", data }
})

/** What is told of a monthly budget as `created` sets it. */
export const told = (what: "warned" | "exceeded", month: string, spent: string): BudgetEvent => {
  const { name, scope, limit, notify } = settings
  const data = { budgetId: "b-1", name, scope, periodStart: startOf("month", month), limit, spent, notify }
  return { type: `budget.${what}`, data }
}
export const warned = (month: string): Happened<BudgetEvent> => ({ event: told("warned", month, "800") })
export const exceeded = (month: string): Happened<BudgetEvent> => ({ event: told("exceeded", month, "1000") })

export const at = (minutes: number): DecisionContext => ({ id: "b-1", actor: person("ada"), now: minute(minutes) })

export const spent = (amount: number, day = "2026-10-31", kind: Created["period"] = "month"): Reach => {
  const period = periodOf(kind, `${day}T12:00:00.000Z`)
  return { period, periodStart: startOf(kind, period), spent: BigInt(amount) }
}
