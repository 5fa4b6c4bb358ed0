import { key, type Memory, type SessionMemory, type TaskMemory } from "@sluice/billing/billing.memory"
import type { Billed } from "@sluice/billing/billing.plan"
import { monthOf } from "@sluice/billing/calendar"
import { type Book, Books } from "@sluice/billing/price.book"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { type DbError, Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"

type Argument = Parameters<Sql["json"]>[0]
export const argument = (sql: Sql, rows: unknown) => sql.json(rows as Argument)

/** A tenant's account as it stands in this transaction. */
export interface Account {
  readonly closedThrough: string | null
  readonly books: Books
  /** Whether charges have to be looked at for budgets. */
  readonly budgets: boolean
}
export type Accounts = (tenants: ReadonlyArray<string>) => Effect.Effect<Map<string, Account>, DbError, Postgres>

/**
 * Accounts with their price books. Books are kept from one call to the next and read again where the newest version is another one:
 * a version never changes. (A transaction that failed may leave one that is too new here; then the versions differ as well.)
 */
export const makeAccounts = (): Accounts => {
  const kept = new Map<string, Books>()
  return (tenants) =>
    Postgres.use((pg) =>
      Effect.gen(function* () {
        const rows = yield* pg.query<{
          tenant: string
          closedThrough: string | null
          version: number
          budgets: boolean
        }>(
          (sql) => sql`
            select tenant, (select closed_through from sluice.billing_accounts a where a.tenant = given.tenant) as "closedThrough",
              coalesce((select max(version) from sluice.billing_prices p where p.tenant = given.tenant), 0) as version,
              exists (select from sluice.budgets b where b.tenant = given.tenant) as budgets
            from jsonb_array_elements_text(${argument(sql, tenants)}) given (tenant)`
        )
        const accounts = new Map<string, Account>()
        for (const { tenant, closedThrough, version, budgets } of rows) {
          const known = kept.get(tenant)
          const books = known?.version === version ? known : new Books(version === 0 ? [] : yield* readBooks(tenant))
          kept.set(tenant, books)
          accounts.set(tenant, { closedThrough, books, budgets })
        }
        return accounts
      })
    )
}

const readBooks = (tenant: string) =>
  Postgres.use((pg) =>
    pg.query<Book>(
      (sql) => sql<Book[]>`
        select version, to_char(effective_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "effectiveFrom", prices
        from sluice.billing_prices where tenant = ${tenant} order by version`
    )
  )

interface Loaded {
  readonly sessions: ReadonlyArray<readonly [string, string, string, string, string | null, number]>
  readonly tasks: ReadonlyArray<readonly [string, string, string, string]>
  readonly counters: ReadonlyArray<readonly [string, string, string, string, string]>
}

const ENDS = new Set(["session.paused", "session.completed", "session.failed", "session.expired"])

/** What is to be known before these events. */
export const loadMemory = (events: ReadonlyArray<Billed>, accounts: Accounts) => {
  const sessions = new Map<string, readonly [string, string]>()
  const tasks = new Map<string, readonly [string, string]>()
  const counters = new Map<string, readonly [string, string, string, string]>()
  const timed = new Set<string>()
  const counts = (tenant: string, at: string, meter: string, model: string): void => {
    counters.set(key(tenant, monthOf(at), meter, model), [tenant, monthOf(at), meter, model])
  }
  const works = (tenant: string, task: string | null | undefined): void => {
    if (task !== null && task !== undefined) tasks.set(key(tenant, task), [tenant, task])
  }
  for (const { tenant, streamId, type, data, recordedAt } of events) {
    if (type.startsWith("session.") && type !== "session.opened")
      sessions.set(key(tenant, streamId), [tenant, idOf(streamId)])
    if (ENDS.has(type)) timed.add(tenant)
    if (type === "session.opened" || type === "session.updated") works(tenant, data.taskId?.toLowerCase())
    if (type === "session.usage-recorded") counts(tenant, data.at, data.meter, data.model ?? "")
    if (type === "approval.decision-recorded") counts(tenant, recordedAt, "approval.decisions", "")
  }
  return load(
    [...new Set(events.map(({ tenant }) => tenant))],
    [...sessions.values()],
    [...tasks.values()],
    [...counters.values()],
    [...timed],
    accounts
  )
}

/** What is known of these sessions, for metering their active time. */
export const loadSessions = (tenant: string, sessions: ReadonlyArray<string>, accounts: Accounts) =>
  load(
    [tenant],
    sessions.map((id) => [tenant, id]),
    [],
    [],
    [tenant],
    accounts
  )

const load = (
  tenants: ReadonlyArray<string>,
  sessions: ReadonlyArray<readonly [string, string]>,
  tasks: ReadonlyArray<readonly [string, string]>,
  counters: ReadonlyArray<readonly [string, string, string, string]>,
  timed: ReadonlyArray<string>,
  accounts: Accounts
) =>
  Postgres.use((pg) =>
    Effect.gen(function* () {
      const [row] = yield* pg.query<{ loaded: Loaded }>(
        (sql) => sql<{ loaded: Loaded }[]>`
          select sluice.billing_load(${argument(sql, sessions)}, ${argument(sql, tasks)}, ${argument(sql, counters)},
            ${argument(sql, timed)}) as loaded`
      )
      const { loaded } = row as { loaded: Loaded }
      return {
        sessions: new Map(
          loaded.sessions.map(([tenant, id, role, taskId, since, activeMillis]) => [
            key(tenant, id),
            { role, taskId, since, activeMillis } satisfies SessionMemory as SessionMemory
          ])
        ),
        tasks: new Map(
          loaded.tasks.map(([tenant, id, runId, phase]) => [
            key(tenant, id),
            { runId, phase } satisfies TaskMemory as TaskMemory
          ])
        ),
        counters: new Map(
          loaded.counters.map(([tenant, month, meter, model, quantity]) => [
            key(tenant, month, meter, model),
            BigInt(quantity)
          ])
        ),
        accounts: yield* accounts(tenants)
      } satisfies Memory & { readonly accounts: Map<string, Account> }
    })
  )
