import { type Billed, Plan } from "@sluice/billing/billing.plan"
import { monthAfter, startOfMonth } from "@sluice/billing/calendar"
import { cutId } from "@sluice/contracts/billing/billing.ids"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { statementsTotal } from "../billing.metrics.ts"
import type { Tally } from "../billing.tally.ts"
import type { Reached } from "../budgets/budgets.reach.ts"
import { type Accounts, loadSessions } from "./ledger.memory.ts"
import { savePlan } from "./ledger.save.ts"

/**
 * Meters the active time of sessions that are active up to the month's end, takes down the statements of the month and of every earlier one
 * that has none, and has what comes later for them posted in the next month.
 */
export const closeMonth = (
  event: Billed & { readonly type: "billing.month-closed" },
  accounts: Accounts,
  reached: Reached,
  tally: Tally
) =>
  Effect.gen(function* () {
    const { tenant, eventId, position, recordedAt } = event
    const { month } = event.data
    const end = startOfMonth(monthAfter(month))
    const active = yield* Postgres.use((pg) =>
      pg.query<{ id: string }>(
        (sql) => sql<{ id: string }[]>`
          select session_id as id from sluice.billing_sessions where tenant = ${tenant} and since < ${end} order by session_id`
      )
    )
    const ids = active.map(({ id }) => id)
    const memory = yield* loadSessions(tenant, ids, accounts)
    const plan = new Plan(memory)
    let line = 0
    for (const sessionId of ids) {
      const sourceId = cutId(eventId, sessionId)
      line = plan.meterTime({ tenant, sessionId, sourceId, eventId, position }, end, end, line)
    }
    yield* savePlan(plan, memory.accounts, reached, tally)
    const [closed] = yield* Postgres.use((pg) =>
      pg.query<{ statements: number }>(
        (sql) => sql<{ statements: number }[]>`
          select sluice.billing_close(${tenant}, ${month}, ${position}, ${recordedAt}) as statements`
      )
    )
    tally.add(statementsTotal, closed?.statements ?? 0)
  })
