import type { Rig } from "../rig/rig.ts"
import type { Findings } from "./check.findings.ts"

/** What was recorded as used, and how often it is billed: entries that are not taken back, and units that have no price. */
export interface Billed {
  readonly usage: string
  readonly facts: number
  readonly entries: number
  readonly unpriced: number
}
/** A budget in one of its periods, and how often it told of it. */
export interface Told {
  readonly budget: string
  readonly spent: bigint
  readonly limit: bigint
  readonly warned: number
  readonly exceeded: number
}

/** At rest everything that was used is billed once, the ledger balances, each budget has told once of what is reached, and all is what the events say. */
export const checkBilling = async ({ sql }: Rig, findings: Findings): Promise<void> => {
  compareBilled(
    await sql<Billed[]>`
      select e.stream_id || ' ' || (e.data ->> 'usageId') as usage,
        (select count(*) from sluice.billing_usage u where u.tenant = e.tenant and u.source_id = e.event_id)::integer as facts,
        (select coalesce(sum(case l.kind when 'usage' then 1 else -1 end), 0) from sluice.billing_ledger l
          where l.tenant = e.tenant and l.source_id = e.event_id)::integer as entries,
        (select count(*) from sluice.billing_unpriced n where n.tenant = e.tenant and n.source_id = e.event_id)::integer as unpriced
      from sluice.events e where e.type = 'session.usage-recorded'`,
    findings
  )
  const told = await sql<Array<{ budget: string; spent: string; limit: string; warned: number; exceeded: number }>>`
    select concat_ws(' ', b.id, nullif(s.period, '')) as budget, s.spent::text, b.view ->> 'limit' as limit,
      count(*) filter (where e.type = 'budget.warned')::integer as warned,
      count(*) filter (where e.type = 'budget.exceeded')::integer as exceeded
    from sluice.budgets b
    join sluice.budget_spend s on s.tenant = b.tenant and s.budget_id = b.id
    left join sluice.events e on e.tenant = b.tenant and e.stream_id = 'budget-' || b.id
      and left(coalesce(e.data ->> 'periodStart', ''), length(s.period)) = s.period
    -- Of periods before it was set it tells nothing.
    where s.period >= case b.view ->> 'period' when 'none' then '' when 'day' then left(b.view ->> 'createdAt', 10)
      else left(b.view ->> 'createdAt', 7) end
    group by b.tenant, b.id, s.period, s.spent, b.view`
  compareTold(
    told.map(({ spent, limit, ...rest }) => ({ ...rest, spent: BigInt(spent), limit: BigInt(limit) })),
    findings
  )
  const unbalanced = await sql<{ tenant: string; balance: string; rest: string }[]>`
    select tenant, sum(case account when debit then -amount else amount end) filter (where account = 'balance')::text as balance,
      sum(case account when debit then amount else -amount end) filter (where account <> 'balance')::text as rest
    from sluice.billing_ledger, unnest(array[debit, credit]) account
    group by tenant having sum(case account when debit then -amount else amount end) <> 0`
  for (const { tenant, balance, rest } of unbalanced)
    findings.add("drift", `the ledger of ${tenant} does not balance: ${balance} and ${rest}`)
  const drift = await sql<{ what: string }[]>`
    select concat_ws(' ', tenant, drift.kind, drift.name, 'should be', coalesce(drift.expected, 'nothing'), 'and is', coalesce(drift.found, 'nothing')) as what
    from sluice.billing_tenants() tenant,
      sluice.billing_drift(tenant, (select position from sluice.consumers where consumer = 'billing')) drift`
  for (const { what } of drift) findings.add("drift", `billing: ${what}`)
}

export const compareBilled = (all: ReadonlyArray<Billed>, findings: Findings): void => {
  for (const { usage, facts, entries, unpriced } of all) {
    if (facts === 0 || entries + unpriced === 0) findings.add("lost", `${usage} was never billed`)
    if (facts > 1 || entries + unpriced > 1) findings.add("doubled", `${usage} is billed ${entries + unpriced} times`)
  }
}

export const compareTold = (all: ReadonlyArray<Told>, findings: Findings): void => {
  for (const { budget, spent, limit, warned, exceeded } of all) {
    if (warned > 1 || exceeded > 1) findings.add("doubled", `budget ${budget} told ${warned} and ${exceeded} times`)
    if (warned === 0 && (spent * 100n >= limit * 80n || exceeded > 0))
      findings.add("lost", `budget ${budget} never told that it is nearly used up`)
    if (exceeded === 0 && spent >= limit) findings.add("lost", `budget ${budget} never told that it is used up`)
  }
}
