import { type Memory, partsOf } from "@sluice/billing/billing.memory"
import { isPriced, type Metered, type Plan } from "@sluice/billing/billing.plan"
import type { Sum, Sums } from "@sluice/billing/billing.sums"
import type { Entry } from "@sluice/billing/ledger.entry"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { entriesTotal, usageTotal } from "../billing.metrics.ts"
import type { Tally } from "../billing.tally.ts"
import type { Reached } from "../budgets/budgets.reach.ts"
import { type Account, argument } from "./ledger.memory.ts"

/** Writes what was planned of events; `accounts` by tenant. */
export const savePlan = (plan: Plan, accounts: ReadonlyMap<string, Account>, reached: Reached, tally: Tally) =>
  Effect.gen(function* () {
    yield* post(plan.metered, plan.entries, tally)
    yield* addSums(plan.sums, plan)
    yield* reached.spent(plan.sums, (tenant) => accounts.get(tenant)?.budgets ?? false)
    countUsage(plan.metered, tally)
  })

const countUsage = (metered: ReadonlyArray<Metered>, tally: Tally): void => {
  const counts = new Map<string, number>()
  for (const { entries } of metered) {
    const outcome = entries.length > 0 ? "priced" : "unpriced"
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  for (const [outcome, count] of counts) tally.add(usageTotal, count, { outcome })
}

/** Usage with its items, and entries that stand for themselves. */
export const post = (metered: ReadonlyArray<Metered>, entries: ReadonlyArray<Entry>, tally: Tally) =>
  Postgres.use((pg) => {
    if (metered.length + entries.length === 0) return Effect.void
    const count = metered.reduce((sum, usage) => sum + usage.entries.length, entries.length)
    tally.add(entriesTotal, count)
    return pg.query(
      (sql) =>
        sql`select sluice.billing_post(${argument(sql, metered.map(usageRow))}, ${argument(sql, entries.map(entryRow))})`
    )
  })

const usageRow = ({ fact, items, entries }: Metered) => {
  let next = 0
  return [
    ...[
      fact.tenant,
      fact.sourceId,
      fact.meter,
      fact.part,
      fact.eventId,
      fact.position,
      fact.at,
      fact.until,
      fact.activeMillis
    ],
    ...[fact.quantity, String(fact.before), fact.model, fact.role, fact.sessionId, fact.runId, fact.phase, fact.taskId],
    items.map((item) => {
      if (!isPriced(item)) return [null, item.item, item.at, item.quantity]
      const { line, month, late } = entries[next++] as Entry
      return [line, item.item, item.at, item.quantity, String(item.amount), item.priceVersion, month, late]
    })
  ]
}

const entryRow = (entry: Entry) => [
  ...[
    entry.tenant,
    entry.position,
    entry.line,
    entry.kind,
    entry.sourceId,
    entry.meter,
    entry.part,
    entry.revision,
    entry.item
  ],
  ...[
    entry.eventId,
    entry.debit,
    entry.credit,
    String(entry.amount),
    entry.quantity,
    entry.priceVersion,
    entry.at,
    entry.month
  ],
  ...[entry.late, entry.model, entry.role, entry.sessionId, entry.runId, entry.phase, entry.reason]
]

interface Changed {
  readonly memory: Pick<Memory, "sessions" | "tasks" | "counters">
  readonly counters: ReadonlySet<string>
  readonly sessions: ReadonlySet<string>
  readonly tasks: ReadonlySet<string>
}

/** Adds to the sums, and keeps what is to be known of later on. */
export const addSums = (sums: Sums, changed?: Changed) =>
  Postgres.use((pg) => {
    const counters = [...(changed?.counters ?? [])].map((at) => [
      ...partsOf(at),
      String(changed?.memory.counters.get(at))
    ])
    const sessions = [...(changed?.sessions ?? [])].map((at) => {
      const session = changed?.memory.sessions.get(at)
      return [...partsOf(at), session?.role, session?.taskId, session?.since, session?.activeMillis]
    })
    const tasks = [...(changed?.tasks ?? [])].map((at) => {
      const task = changed?.memory.tasks.get(at)
      return [...partsOf(at), task?.runId, task?.phase]
    })
    const rows = [
      rowsOf(sums.months, ({ quantity, amount }) => [String(quantity), String(amount)]),
      rowsOf(sums.days, threeOf),
      rowsOf(sums.work, threeOf),
      ...[counters, sessions, tasks]
    ]
    if (rows.every((some) => some.length === 0)) return Effect.void
    return pg.query(
      (sql) => sql`
        select sluice.billing_add(${argument(sql, rows[0])}, ${argument(sql, rows[1])}, ${argument(sql, rows[2])},
          ${argument(sql, rows[3])}, ${argument(sql, rows[4])}, ${argument(sql, rows[5])})`
    )
  })

const threeOf = ({ quantity, unpriced, amount }: Sum) => [String(quantity), String(unpriced), String(amount)]

/** In the order of their keys, as every writer locks them. */
const rowsOf = (sums: ReadonlyMap<string, Sum>, values: (sum: Sum) => ReadonlyArray<string>) =>
  [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([at, sum]) => [...partsOf(at), ...values(sum)])
