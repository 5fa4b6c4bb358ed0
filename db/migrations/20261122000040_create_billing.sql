-- migrate:up
grant usage on schema sluice to sluice_billing;
grant select on sluice.events_position_seq, sluice.events, sluice.streams, sluice.leases, sluice.relay_state,
  sluice.relay_incarnations to sluice_billing;
create policy billing on sluice.events for select to sluice_billing using (true);
create policy billing on sluice.streams for select to sluice_billing using (true);
grant select, insert, update, delete on sluice.consumers, sluice.consumer_streams, sluice.consumer_attempts,
  sluice.consumer_parked to sluice_billing;
grant select, insert on sluice.consumer_skipped, sluice.consumer_dead to sluice_billing;

-- What tenants owe. services/billing alone writes here, event by event in the order of the log, in the transaction of its checkpoint:
-- everything here follows from the log. Money is a whole number of 10⁻¹⁵ USD.

-- Price books: each is in force from effective_from until the next one by that time (the later version, where two begin at once).
create table sluice.billing_prices (
  tenant text collate "C" not null,
  version integer not null,
  effective_from timestamptz not null,
  prices jsonb not null,
  published_at timestamptz not null,
  published_by jsonb not null,
  constraint billing_prices_pkey primary key (tenant, version)
);

-- Months are closed one after the other; what comes later for one of them is posted in the next.
create table sluice.billing_accounts (
  tenant text collate "C" not null,
  closed_through text collate "C",
  constraint billing_accounts_pkey primary key (tenant)
) with (fillfactor = 80);

-- Of a session, what its usage needs to know. Active time is metered up to active_ms, and runs since `since` where that is not null.
create table sluice.billing_sessions (
  tenant text collate "C" not null,
  session_id text collate "C" not null,
  role text collate "C" not null,
  task_id text collate "C",
  since timestamptz,
  active_ms bigint not null,
  constraint billing_sessions_pkey primary key (tenant, session_id)
) with (fillfactor = 80);
create index billing_sessions_active on sluice.billing_sessions (tenant, since) where since is not null;

-- Which run and phase a task belongs to.
create table sluice.billing_tasks (
  tenant text collate "C" not null,
  task_id text collate "C" not null,
  run_id text collate "C" not null,
  phase text collate "C" not null,
  constraint billing_tasks_pkey primary key (tenant, task_id)
);

-- What was used: facts, priced or not. Named by the event (or, for time that a month's end cuts, by the id derived from the closing event and
-- the session), the meter, and the part (an interval has one for each day that it touches). Never changed.
create table sluice.billing_usage (
  tenant text collate "C" not null,
  source_id uuid not null,
  meter text collate "C" not null,
  part smallint not null,
  event_id uuid not null,
  position bigint not null,
  -- When it was used; of active time the interval, and how many milliseconds the session had been active before it.
  at timestamptz not null,
  until timestamptz,
  active_ms bigint,
  quantity bigint not null,
  -- Used by the tenant before it, of this meter and model in this month: tiers go by that.
  before numeric(38, 0) not null,
  month text collate "C" not null,
  model text collate "C" not null,
  role text collate "C" not null,
  session_id text collate "C" not null,
  run_id text collate "C" not null,
  phase text collate "C" not null,
  task_id text collate "C" not null,
  constraint billing_usage_pkey primary key (tenant, source_id, meter, part),
  constraint billing_usage_quantity check (quantity >= 0)
);
create index billing_usage_time on sluice.billing_usage (tenant, (coalesce(until, at)));

-- The ledger: each row moves an amount from one account of the tenant to another, so all rows together come to zero. Append-only.
create table sluice.billing_ledger (
  tenant text collate "C" not null,
  -- The event that posted it, and which line of what it posted.
  position bigint not null,
  line integer not null,
  kind text collate "C" not null,
  -- Of usage: which one. A price that arrives or changes later posts the next revision: the reversal of the one before, and what it costs now.
  source_id uuid not null,
  meter text collate "C" not null,
  part smallint not null,
  revision integer not null,
  item smallint not null,
  event_id uuid not null,
  debit text collate "C" not null,
  credit text collate "C" not null,
  amount numeric(38, 0) not null,
  quantity bigint,
  price_version integer,
  at timestamptz not null,
  -- On which statement it is; late: its own month had been closed.
  month text collate "C" not null,
  late boolean not null,
  model text collate "C" not null,
  role text collate "C" not null,
  session_id text collate "C" not null,
  run_id text collate "C" not null,
  phase text collate "C" not null,
  reason text,
  constraint billing_ledger_pkey primary key (tenant, position, line),
  constraint billing_ledger_once unique (tenant, source_id, meter, part, revision, item, kind),
  constraint billing_ledger_amount check (amount >= 0),
  constraint billing_ledger_accounts check (debit <> credit),
  constraint billing_ledger_kind check (kind in ('usage', 'reversal', 'credit', 'adjustment'))
);
create index billing_ledger_month on sluice.billing_ledger (tenant, month, position, line);
create index billing_ledger_session on sluice.billing_ledger (tenant, session_id, position, line) where session_id <> '';
create index billing_ledger_rare on sluice.billing_ledger (tenant, kind, position, line) where kind <> 'usage';

-- Usage, or the part of an interval, for which there is no price yet.
create table sluice.billing_unpriced (
  tenant text collate "C" not null,
  source_id uuid not null,
  meter text collate "C" not null,
  part smallint not null,
  item smallint not null,
  at timestamptz not null,
  quantity bigint not null,
  month text collate "C" not null,
  model text collate "C" not null,
  constraint billing_unpriced_pkey primary key (tenant, source_id, meter, part, item)
);

-- Sums. By month of the statement, what its lines are: amounts are charges (positive) and credits (negative).
create table sluice.billing_months (
  tenant text collate "C" not null,
  month text collate "C" not null,
  kind text collate "C" not null,
  meter text collate "C" not null,
  model text collate "C" not null,
  role text collate "C" not null,
  quantity numeric(38, 0) not null,
  amount numeric(38, 0) not null,
  constraint billing_months_pkey primary key (tenant, month, kind, meter, model, role),
  constraint billing_months_kind check (kind in ('usage', 'late', 'credit', 'adjustment'))
) with (fillfactor = 70);
-- By month of use: how far tiers are used up.
create table sluice.billing_counters (
  tenant text collate "C" not null,
  month text collate "C" not null,
  meter text collate "C" not null,
  model text collate "C" not null,
  quantity numeric(38, 0) not null,
  constraint billing_counters_pkey primary key (tenant, month, meter, model)
) with (fillfactor = 70);
-- By day of use (UTC).
create table sluice.billing_days (
  tenant text collate "C" not null,
  day date not null,
  meter text collate "C" not null,
  model text collate "C" not null,
  role text collate "C" not null,
  quantity numeric(38, 0) not null,
  unpriced numeric(38, 0) not null,
  amount numeric(38, 0) not null,
  constraint billing_days_pkey primary key (tenant, day, meter, model, role)
) with (fillfactor = 70);
-- By day of use and what was worked on; '': none.
create table sluice.billing_work (
  tenant text collate "C" not null,
  day date not null,
  session_id text collate "C" not null,
  run_id text collate "C" not null,
  phase text collate "C" not null,
  role text collate "C" not null,
  task_id text collate "C" not null,
  meter text collate "C" not null,
  quantity numeric(38, 0) not null,
  unpriced numeric(38, 0) not null,
  amount numeric(38, 0) not null,
  constraint billing_work_pkey primary key (tenant, day, session_id, run_id, phase, role, task_id, meter)
) with (fillfactor = 70);

-- Months that are closed: exactly as they were then.
create table sluice.billing_statements (
  tenant text collate "C" not null,
  month text collate "C" not null,
  position bigint not null,
  closed_at timestamptz not null,
  lines jsonb not null,
  unpriced jsonb not null,
  constraint billing_statements_pkey primary key (tenant, month)
);

-- Budgets as their streams say, and what is spent of them by period ('': all time; else the day or month).
create table sluice.budgets (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  view jsonb not null,
  fold jsonb not null,
  scope_type text collate "C" not null generated always as (view -> 'scope' ->> 'type') stored,
  scope_id text collate "C" not null generated always as (coalesce(view -> 'scope' ->> 'id', '')) stored,
  active boolean not null generated always as ((view ->> 'active')::boolean) stored,
  created_at timestamptz not null,
  constraint budgets_pkey primary key (tenant, id)
) with (fillfactor = 80);
create index budgets_scope on sluice.budgets (tenant, scope_type, scope_id);
create index budgets_newest on sluice.budgets (tenant, created_at, id);
create table sluice.budget_spend (
  tenant text collate "C" not null,
  budget_id text collate "C" not null,
  period text collate "C" not null,
  spent numeric(38, 0) not null,
  constraint budget_spend_pkey primary key (tenant, budget_id, period)
) with (fillfactor = 70);

-- Whoever may write, may not rewrite: not even the owner.
create function sluice.billing_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: post a new entry instead', tg_table_name using errcode = 'SL010';
end
$$;
create trigger append_only before update or delete or truncate on sluice.billing_ledger
  for each statement execute function sluice.billing_refuse_change();
create trigger append_only before update or delete or truncate on sluice.billing_usage
  for each statement execute function sluice.billing_refuse_change();
create trigger append_only before update or delete or truncate on sluice.billing_statements
  for each statement execute function sluice.billing_refuse_change();

grant select, insert on sluice.billing_ledger, sluice.billing_usage, sluice.billing_statements, sluice.billing_prices, sluice.billing_tasks
  to sluice_billing;
grant select, insert, update, delete on sluice.billing_unpriced, sluice.budget_spend to sluice_billing;
grant select, insert, update on sluice.billing_accounts, sluice.billing_sessions, sluice.billing_months, sluice.billing_counters,
  sluice.billing_days, sluice.billing_work, sluice.budgets to sluice_billing;

do $$
declare
  v_table text;
begin
  foreach v_table in array array['billing_prices', 'billing_accounts', 'billing_sessions', 'billing_tasks', 'billing_usage', 'billing_ledger',
    'billing_unpriced', 'billing_months', 'billing_counters', 'billing_days', 'billing_work', 'billing_statements', 'budgets', 'budget_spend']
  loop
    execute format('grant select on sluice.%I to sluice_api, sluice_operator', v_table);
    -- The second wall: the API sees one tenant at a time.
    execute format('alter table sluice.%I enable row level security', v_table);
    execute format(
      'create policy one_tenant on sluice.%I for select to sluice_api using (tenant = current_setting(''sluice.tenant'', true))', v_table
    );
    execute format('create policy all_tenants on sluice.%I to sluice_billing, sluice_operator using (true) with check (true)', v_table);
  end loop;
end
$$;

-- migrate:down
drop policy billing on sluice.events;
drop policy billing on sluice.streams;
drop table sluice.budget_spend, sluice.budgets, sluice.billing_statements, sluice.billing_work, sluice.billing_days, sluice.billing_counters,
  sluice.billing_months, sluice.billing_unpriced, sluice.billing_ledger, sluice.billing_usage, sluice.billing_tasks, sluice.billing_sessions,
  sluice.billing_accounts, sluice.billing_prices cascade;
drop function sluice.billing_refuse_change();
revoke select on sluice.events_position_seq, sluice.events, sluice.streams, sluice.leases, sluice.relay_state,
  sluice.relay_incarnations from sluice_billing;
revoke all on sluice.consumers, sluice.consumer_streams, sluice.consumer_attempts, sluice.consumer_parked, sluice.consumer_skipped,
  sluice.consumer_dead from sluice_billing;
revoke usage on schema sluice from sluice_billing;
