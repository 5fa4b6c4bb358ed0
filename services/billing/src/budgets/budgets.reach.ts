import { key, partsOf } from "@sluice/billing/billing.memory"
import type { Sums } from "@sluice/billing/billing.sums"
import { type BudgetState, budget, reach, startOf } from "@sluice/budget"
import { SystemActor } from "@sluice/contracts/actor/actor"
import type { BudgetView } from "@sluice/contracts/budget/budget.views"
import { appendWithin, type CommandWithin, commandWithin } from "@sluice/event-store/append-within"
import { EventStore } from "@sluice/event-store/store.port"
import { Postgres } from "@sluice/postgres"
import { Effect, Result } from "effect"
import { v5 } from "uuid"
import { budgetsReached } from "../billing.metrics.ts"
import type { Tally } from "../billing.tally.ts"
import { argument } from "../ledger/ledger.memory.ts"

/** UUIDv5 namespace of the commands that tell of a budget. */
const NAMESPACE = "3f0c9c55-6a0b-5d39-9d0e-4f3b6c8c1a77"
const actor = SystemActor("billing")

/** What is spent of a budget in a period, after it changed. Amounts are text. */
export interface BudgetSpent {
  readonly tenant: string
  readonly id: string
  readonly period: string
  readonly spent: string
  readonly limit: string
  /** The period in which it was set: of earlier ones nobody is told. */
  readonly since: string
  readonly view: BudgetView
  readonly told: ReadonlyArray<{ readonly period: string; readonly as: "warned" | "exceeded" }>
}

/** What a transaction spends of budgets, and whose limits it reaches. */
export class Reached {
  readonly #spent = new Map<string, BudgetSpent>()

  note(rows: ReadonlyArray<BudgetSpent>): void {
    for (const row of rows) this.#spent.set(key(row.tenant, row.id, row.period), row)
  }

  /** Adds charges to the budgets in whose scope they are. */
  spent(sums: Sums, hasBudgets: (tenant: string) => boolean) {
    const charges = chargesOf(sums, hasBudgets)
    if (charges.length === 0) return Effect.void
    return Postgres.use((pg) =>
      pg.query<BudgetSpent>(
        (sql) => sql<BudgetSpent[]>`
          select tenant, id, period, spent::text, "limit"::text, since, view, told
          from sluice.budgets_spend(${argument(sql, charges)})`
      )
    ).pipe(Effect.map((rows) => this.note(rows)))
  }

  /** Has budgets tell what is reached, each once in a period, in the transaction that spent it. */
  tell(store: EventStore["Service"], tally: Tally) {
    const commands = [...this.#spent.values()].filter(isNews).map(commandOf)
    if (commands.length === 0) return Effect.void
    return Effect.gen(function* () {
      const answers = yield* appendWithin(commands, yield* store.now)
      let told = 0
      for (const answer of answers) {
        if (answer._tag === "defect") return yield* Effect.die(answer.defect)
        if (answer._tag === "accepted") told += answer.accepted.appended
      }
      tally.add(budgetsReached, told)
    }).pipe(Effect.provideService(EventStore, store))
  }
}

/** Whether the decision could tell of something. */
const isNews = ({ period, spent, limit, since, view, told }: BudgetSpent): boolean => {
  if (!view.active || period < since || BigInt(spent) * 100n < BigInt(limit) * 80n) return false
  const before = told.find((one) => one.period === period)?.as
  return before === undefined || (before === "warned" && BigInt(spent) >= BigInt(limit))
}

const commandOf = ({ tenant, id, period, spent, limit, view }: BudgetSpent): CommandWithin => {
  const level = BigInt(spent) >= BigInt(limit) ? "exceeded" : "warned"
  const commandId = v5(`${tenant}/${id}/${period}/${level}/${view.version}`, NAMESPACE)
  const body = { period, periodStart: startOf(view.period, period), spent: BigInt(spent) }
  return commandWithin<readonly [BudgetState], never>(commandId, {
    ...{ tenant, actor, correlationId: commandId, keys: [] },
    streams: [{ category: budget, id }],
    decide: ([stream], { now }) =>
      Result.map(reach(stream.state, body, { id, actor, now }), (events) =>
        events.map((event) => ({ stream: 0, event }))
      ) as Result.Result<never[], never>
  })
}

/** Charges by the scopes that a budget can have: [tenant, scope type, scope id, day, amount]. */
const chargesOf = (sums: Sums, hasBudgets: (tenant: string) => boolean) => {
  const charges = new Map<string, bigint>()
  const charge = (tenant: string, type: string, id: string, day: string, amount: bigint): void => {
    const at = key(tenant, type, id, day)
    charges.set(at, (charges.get(at) ?? 0n) + amount)
  }
  for (const [at, { amount }] of sums.work) {
    const [tenant = "", day = "", session = "", run = "", phase = "", role = ""] = partsOf(at)
    if (amount === 0n || !hasBudgets(tenant)) continue
    charge(tenant, "tenant", "", day, amount)
    for (const [type, id] of Object.entries({ role, session, run, phase }))
      if (id !== "") charge(tenant, type, id, day, amount)
  }
  return [...charges].map(([at, amount]) => [...partsOf(at), String(amount)])
}
