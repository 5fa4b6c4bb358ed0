import type { BudgetEvent } from "@sluice/contracts/budget/budget.events"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import { periodOf } from "./budget.periods.ts"
import type { BudgetState, CreatedBudget } from "./budget.state.ts"

/** In how many periods a budget remembers what it told: usage that comes late may belong to one that is over. */
export const PERIODS_REMEMBERED = 12

/** The state after one more fact. Total: nothing but `budget.created` begins a budget, and none is created twice. */
export const evolve = (state: BudgetState, fact: Fact<BudgetEvent>): BudgetState => {
  if (state.status === "none") return fact.type === "budget.created" ? created(fact) : state
  const seen: CreatedBudget = { ...state, version: fact.version, updatedAt: fact.recordedAt }
  switch (fact.type) {
    case "budget.updated":
      return { ...seen, ...fact.data }
    case "budget.warned":
      return { ...seen, reached: reachedNow(seen, fact.data.periodStart, "warned") }
    case "budget.exceeded":
      return { ...seen, reached: reachedNow(seen, fact.data.periodStart, "exceeded") }
    default:
      fact satisfies Fact<Extract<BudgetEvent, { type: "budget.created" }>>
      return seen
  }
}

const created = (fact: Fact<Extract<BudgetEvent, { type: "budget.created" }>>): BudgetState => {
  const { name, scope, period, limit, blocks, notify } = fact.data
  return {
    status: "set",
    name,
    scope,
    period,
    limit,
    blocks,
    notify,
    active: true,
    reached: [],
    version: fact.version,
    createdAt: fact.recordedAt,
    updatedAt: fact.recordedAt
  }
}

type Reached = CreatedBudget["reached"]

const reachedNow = (state: CreatedBudget, periodStart: string | null, as: Reached[number]["as"]): Reached => {
  const period = periodOf(state.period, periodStart ?? "")
  const before = state.reached.find((one) => one.period === period)
  if (before?.as === "exceeded" || before?.as === as) return state.reached
  return [...state.reached.filter((one) => one !== before), { period, as }]
    .toSorted((left, right) => (left.period < right.period ? -1 : 1))
    .slice(-PERIODS_REMEMBERED)
}
