import type { CreateBudget, UpdateBudget } from "@sluice/contracts/budget/budget.commands"
import { BudgetNotFound } from "@sluice/contracts/budget/budget.errors"
import type { BudgetEvent } from "@sluice/contracts/budget/budget.events"
import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import { Result } from "effect"
import { PERIODS_REMEMBERED } from "./budget.evolve.ts"
import { normalScope } from "./budget.scope.ts"
import type { BudgetState, CreatedBudget } from "./budget.state.ts"

/**
 * One function per command: what happens, or why not. No events: it is so already. What a scope's id may be is judged before, by
 * `budget.input`.
 */
export type BudgetDecision = Result.Result<ReadonlyArray<BudgetEvent>, BudgetNotFound>

/** Percent of the limit at which a budget warns. */
export const WARNS_AT = 80n

/** Sets a budget under a fresh id: by the month unless told, and it blocks nothing and tells no role unless told. */
export const create = (state: BudgetState, body: CreateBudget, _context: DecisionContext): BudgetDecision => {
  if (state.status !== "none") return Result.succeed([])
  const { name, limit, period = "month", blocks = false, notify = [] } = body
  const scope = normalScope(body.scope)
  return Result.succeed([
    { type: "budget.created", data: { name, scope, period, limit, blocks, notify: distinct(notify) } }
  ])
}

/** Changes what is told of it. Scope and period are what a budget is: those make another one. */
export const update = (state: BudgetState, body: UpdateBudget, { id }: DecisionContext): BudgetDecision =>
  state.status === "none" ? Result.fail(new BudgetNotFound({ budgetId: id })) : Result.succeed(changesOf(state, body))

/** What is spent of a budget in one of its periods. */
export interface Reach {
  /** Its name, see `budget.periods`. */
  readonly period: string
  /** Its start, RFC 3339 in UTC; null where the budget has no period. */
  readonly periodStart: string | null
  /** 10⁻¹⁵ USD. */
  readonly spent: bigint
}

/**
 * Tells what is reached of the limit, each once per period. The system's command: where nothing new is reached it changes
 * nothing. Of a period before all that a budget remembers nothing is told: that may have been done already.
 */
export const reach = (state: BudgetState, body: Reach, { id }: DecisionContext): BudgetDecision => {
  if (state.status === "none" || !state.active) return Result.succeed([])
  const { name, scope, limit, notify, reached } = state
  const { period, periodStart, spent } = body
  const told = reached.find((one) => one.period === period)?.as
  const forgotten = reached.length === PERIODS_REMEMBERED && period < (reached[0]?.period ?? "")
  if (told === "exceeded" || forgotten) return Result.succeed([])
  const data = { budgetId: id, name, scope, periodStart, limit, spent: String(spent), notify }
  const events: Array<BudgetEvent> = []
  if (told === undefined && spent * 100n >= BigInt(limit) * WARNS_AT) events.push({ type: "budget.warned", data })
  if (spent >= BigInt(limit)) events.push({ type: "budget.exceeded", data })
  return Result.succeed(events)
}

const distinct = (roles: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(roles)]

const changesOf = (state: CreatedBudget, body: UpdateBudget): ReadonlyArray<BudgetEvent> => {
  const { name, limit, blocks, active } = body
  const notify = body.notify === undefined ? undefined : distinct(body.notify)
  const data = {
    ...(name === undefined || name === state.name ? {} : { name }),
    ...(limit === undefined || limit === state.limit ? {} : { limit }),
    ...(blocks === undefined || blocks === state.blocks ? {} : { blocks }),
    ...(notify === undefined || sameJson(notify, state.notify) ? {} : { notify }),
    ...(active === undefined || active === state.active ? {} : { active })
  }
  return Object.keys(data).length === 0 ? [] : [{ type: "budget.updated", data }]
}
