import { type Billed, Plan } from "@sluice/billing/billing.plan"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import type { EventStore } from "@sluice/event-store/store.port"
import type { Postgres } from "@sluice/postgres"
import type { Reaction } from "@sluice/projection"
import { Effect } from "effect"
import { Tally } from "../billing.tally.ts"
import { applyBudget } from "../budgets/budgets.apply.ts"
import { Reached } from "../budgets/budgets.reach.ts"
import { closeMonth } from "./ledger.close.ts"
import { loadMemory, makeAccounts } from "./ledger.memory.ts"
import { publishPrices } from "./ledger.prices.ts"
import { savePlan } from "./ledger.save.ts"

/** What of the log is billed; of everything else nothing is read. */
export const isBilled = (type: string): boolean => billed.has(type)

const billed = new Set([
  ...["session.opened", "session.updated", "session.activated", "session.resumed", "session.paused"],
  ...["session.completed", "session.failed", "session.expired", "session.usage-recorded"],
  ...["approval.decision-recorded", "run.started", "run.task-added"],
  ...["billing.prices-published", "billing.credited", "billing.adjusted", "billing.month-closed"],
  ...["budget.created", "budget.updated", "budget.warned", "budget.exceeded"]
])

/** Events that look at more than what is next, and are taken one by one. */
const isAlone = (type: string): boolean =>
  type.startsWith("budget.") || type === "billing.prices-published" || type === "billing.month-closed"

/**
 * "What does it cost?": keeps usage, ledger, sums, statements and budgets in the transaction of the consumer's checkpoint, and tells
 * in the same transaction which budgets are reached. Everything follows from the events in the order of the log, however they are cut into batches.
 */
export const ledger = (store: EventStore["Service"]): Reaction => {
  const accounts = makeAccounts()
  const one = (event: Billed, reached: Reached, tally: Tally) => {
    switch (event.type) {
      case "billing.prices-published":
        return publishPrices(event, accounts, reached, tally)
      case "billing.month-closed":
        return closeMonth(event, accounts, reached, tally)
      default:
        return applyBudget(event, reached)
    }
  }
  const several = (events: ReadonlyArray<Billed>, reached: Reached, tally: Tally) =>
    Effect.gen(function* () {
      const memory = yield* loadMemory(events, accounts)
      const plan = new Plan(memory)
      for (const event of events) plan.add(event)
      yield* savePlan(plan, memory.accounts, reached, tally)
    })
  return {
    name: "ledger",
    apply: (events): Effect.Effect<void, unknown, Postgres> =>
      Effect.gen(function* () {
        const reached = new Reached()
        const tally = new Tally()
        for (const next of steps(events)) {
          const [first] = next
          if (first !== undefined && isAlone(first.type)) yield* one(first, reached, tally)
          else if (first !== undefined) yield* several(next, reached, tally)
        }
        yield* reached.tell(store, tally)
        tally.raise()
      })
  }
}

/** What is taken at a time, in order: one event that stands alone, or all up to the next such. */
const steps = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<ReadonlyArray<Billed>> => {
  const found: Array<Array<Billed>> = []
  let open: Array<Billed> | undefined
  for (const event of events) {
    if (!isBilled(event.type)) continue
    const billed = event as Billed
    if (isAlone(event.type)) {
      found.push([billed])
      open = undefined
    } else if (open === undefined) {
      open = [billed]
      found.push(open)
    } else open.push(billed)
  }
  return found
}
