import { type DbError, Postgres } from "@sluice/postgres"
import { onSnapshot } from "@sluice/projection/verify.page"
import { Effect } from "effect"

/** Where what billing keeps is not what the events say. */
export interface Drift {
  readonly tenant: string
  /** Of what: usage, entry, amount, statement, …, as `sluice.billing_drift` names them. */
  readonly kind: string
  readonly name: string
  /** Null: it should not be there. */
  readonly expected: string | null
  /** Null: it is missing. */
  readonly found: string | null
}

/** What a proof of one tenant or several found. `drift` counts all differences; the first of each tenant are named. */
export interface Proof {
  readonly tenants: number
  readonly usages: number
  readonly entries: number
  readonly drift: number
  readonly differences: ReadonlyArray<Drift>
}

/** What billing writes. */
const tables = [
  ...[
    "billing_usage",
    "billing_ledger",
    "billing_unpriced",
    "billing_months",
    "billing_counters",
    "billing_days",
    "billing_work"
  ],
  ...["billing_prices", "billing_accounts", "billing_statements", "budgets", "budget_spend"]
]

/** Everybody who has events, or something that billing keeps. */
export const tenantsBilled = Postgres.use((pg) =>
  pg.query<{ tenant: string }>((sql) => sql<{ tenant: string }[]>`select tenant from sluice.billing_tenants() tenant`)
).pipe(Effect.map((rows) => rows.map(({ tenant }) => tenant)))

/** Runs on one snapshot of everything that is compared, for as long as it takes. */
export const onBillingSnapshot = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  onSnapshot(
    tables,
    Postgres.use((pg) =>
      Effect.andThen(
        // The roles of services allow a statement a few seconds.
        pg.query((sql) => sql`select set_config('statement_timeout', '0', true)`),
        work
      )
    )
  )

/**
 * Works out again what a tenant's events come to, up to billing's checkpoint, and holds it against what billing keeps. Call it on a
 * snapshot. `named`: how many differences are told by name.
 */
export const proveTenant = (tenant: string, named = 100): Effect.Effect<Proof, DbError, Postgres> =>
  Postgres.use((pg) =>
    pg.query<Omit<Proof, "tenants">>(
      (sql) => sql<Array<Omit<Proof, "tenants">>>`
        with difference as materialized (
          select * from sluice.billing_drift(${tenant}, (select position from sluice.consumers where consumer = 'billing'))
        )
        select (select count(*) from sluice.billing_usage where tenant = ${tenant}) as usages,
          (select count(*) from sluice.billing_ledger where tenant = ${tenant}) as entries,
          (select count(*) from difference) as drift,
          (
            select coalesce(jsonb_agg(jsonb_build_object('tenant', ${tenant}::text, 'kind', kind, 'name', name, 'expected', expected,
              'found', found) order by kind, name), '[]')
            from (select * from difference order by kind, name limit ${Math.max(0, named)}) first
          ) as differences`
    )
  ).pipe(Effect.map(([found]) => ({ ...noProof, ...found, tenants: 1 })))

export const noProof: Proof = { tenants: 0, usages: 0, entries: 0, drift: 0, differences: [] }

/** Two proofs together. */
export const bothProofs = (a: Proof, b: Proof): Proof => ({
  tenants: a.tenants + b.tenants,
  usages: a.usages + b.usages,
  entries: a.entries + b.entries,
  drift: a.drift + b.drift,
  differences: [...a.differences, ...b.differences]
})
