import type { Billed } from "@sluice/billing/billing.plan"
import { budgetReadModel } from "@sluice/budget"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { Postgres } from "@sluice/postgres"
import { foldingReaction } from "@sluice/projection"
import { Effect } from "effect"
import type { BudgetSpent, Reached } from "./budgets.reach.ts"

const rows = foldingReaction(budgetReadModel) // sluice.budgets

/** Keeps a budget. Of a new one, what was spent before counts too; a limit may be reached by having been set. */
export const applyBudget = (event: Billed, reached: Reached) =>
  Effect.gen(function* () {
    yield* rows.apply([event])
    if (event.type !== "budget.created" && event.type !== "budget.updated") return
    const { tenant, streamId, recordedAt } = event
    const changed = yield* Postgres.use((pg) =>
      pg.query<BudgetSpent>(
        (sql) => sql<BudgetSpent[]>`
          select tenant, id, period, spent::text, "limit"::text, since, view, told
          from sluice.budget_count(${tenant}, ${idOf(streamId)}, ${event.type === "budget.created"}, ${recordedAt.slice(0, 10)})`
      )
    )
    reached.note(changed)
  })
