-- Where what billing keeps of a tenant is not what its events up to a position say (see billing_expected): one row per difference, none when all
-- is well. p_up_to is billing's checkpoint, or below it where nothing was applied since; call it on the snapshot that says so.
--   kind       usage, entry, amount, revision, posting, unpriced, account, prices, statement, budget, or the table of a sum: months, days,
--              work, counters
--   name       of what differs
--   expected   as the events say; null: it should not be there
--   found      as it is kept; null: it is missing
-- A sum that comes to nothing is as good as none.
create or replace function sluice.billing_drift(p_tenant text, p_up_to bigint)
returns table (kind text, name text, expected text, found text)
language plpgsql stable
set search_path = sluice, pg_temp
set plan_cache_mode = force_custom_plan
set work_mem = '64MB'
set jit = off
set enable_nestloop = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
  with expected as materialized (
    select e.*, (e.at at time zone 'UTC')::date as day, to_char(e.at at time zone 'UTC', 'YYYY-MM') collate "C" as month_of_use,
      -- What the tenant is charged: what is given is negative.
      case e.kind when 'usage' then e.amount else -e.amount end as charge
    from billing_expected(p_tenant, p_up_to) e
  ), entry as materialized (
    select l.position, l.line, l.kind, l.source_id, l.meter, l.part, l.revision, l.item, l.event_id, l.debit, l.credit, l.amount, l.quantity, l.at,
      l.month, l.late, l.model, l.role, l.session_id, l.run_id, l.phase, case when l.debit = 'balance' then l.amount else -l.amount end as charge
    from billing_ledger l where l.tenant = p_tenant
  ),

  -- Usage, one by one.
  usage as (
    select 'usage' as kind, format('%s of %s, part %s', coalesce(e.meter, u.meter), coalesce(e.source_id, u.source_id), coalesce(e.part, u.part)) as name,
      jsonb_build_object('event', e.event_id, 'position', e.position, 'at', e.at, 'until', e.until, 'activeMillis', e.active_ms,
        'quantity', e.quantity, 'before', e.before, 'month', e.month_of_use, 'model', e.model, 'role', e.role, 'session', e.session_id,
        'run', e.run_id, 'phase', e.phase, 'task', e.task_id) as expected,
      jsonb_build_object('event', u.event_id, 'position', u.position, 'at', u.at, 'until', u.until, 'activeMillis', u.active_ms,
        'quantity', u.quantity, 'before', u.before, 'month', u.month, 'model', u.model, 'role', u.role, 'session', u.session_id,
        'run', u.run_id, 'phase', u.phase, 'task', u.task_id) as found
    from (select * from expected where kind = 'usage') e
    full join (select * from billing_usage where tenant = p_tenant) u on u.source_id = e.source_id and u.meter = e.meter and u.part = e.part
    where u.tenant is null or e.kind is null
      or (e.event_id, e.position, e.at, e.quantity, e.before, e.month_of_use, e.model, e.role, e.session_id, e.run_id, e.phase, e.task_id)
        <> (u.event_id, u.position, u.at, u.quantity, u.before, u.month, u.model, u.role, u.session_id, u.run_id, u.phase, u.task_id)
      or (e.until, e.active_ms) is distinct from (u.until, u.active_ms)
  ),

  -- Each entry stands for something that was used or posted, and moves its amount between the accounts of its kind.
  stray as (
    select 'entry' as kind, format('%s-%s', l.position, l.line) as name,
      jsonb_build_object('event', e.event_id, 'month', e.month, 'late', e.late, 'model', e.model, 'role', e.role, 'session', e.session_id,
        'run', e.run_id, 'phase', e.phase, 'accounts', a.accounts, 'at', case when l.at between e.at and coalesce(e.until, e.at) then l.at else e.at end,
        'position', case when l.position > e.position and l.revision > 0 then l.position else e.position end) as expected,
      jsonb_build_object('event', l.event_id, 'month', l.month, 'late', l.late, 'model', l.model, 'role', l.role, 'session', l.session_id,
        'run', l.run_id, 'phase', l.phase, 'accounts', l.debit || ' to ' || l.credit, 'at', l.at, 'position', l.position) as found,
      e.kind is null as unknown
    from entry l
    left join expected e on e.source_id = l.source_id and e.meter = l.meter and e.part = l.part
      and e.kind = case l.kind when 'reversal' then 'usage' else l.kind end
    cross join lateral (
      select case
        when l.kind = 'usage' then 'balance to usage'
        when l.kind = 'reversal' then 'usage to balance'
        when l.kind = 'credit' then 'credits to balance'
        when e.amount < 0 then 'balance to adjustments'
        else 'adjustments to balance'
      end as accounts
    ) a
    where e.kind is null or l.debit || ' to ' || l.credit <> a.accounts
      or (e.event_id, e.month, e.late, e.model, e.role, e.session_id, e.run_id, e.phase)
        <> (l.event_id, l.month, l.late, l.model, l.role, l.session_id, l.run_id, l.phase)
      or l.at not between e.at and coalesce(e.until, e.at)
      -- Posted by its own event, or anew by a price book that came later.
      or case when l.revision = 0 then l.position <> e.position else l.position <= e.position end
  ),
  -- All entries of a usage together, and of a credit or adjustment, come to what it costs.
  amount as (
    select case e.kind when 'usage' then 'amount' else 'posting' end as kind,
      case e.kind when 'usage' then format('%s of %s, part %s', e.meter, e.source_id, e.part) else format('%s %s', e.kind, e.source_id) end as name,
      jsonb_build_object('charged', e.charge, 'units', coalesce(e.quantity, 0) - e.unpriced) as expected,
      jsonb_build_object('charged', coalesce(l.charge, 0), 'units', coalesce(l.quantity, 0), 'entries', coalesce(l.entries, 0)) as found
    from expected e
    left join (
      select source_id, meter, part, case kind when 'reversal' then 'usage' else kind end as kind, sum(charge) as charge, count(*) as entries,
        sum(case kind when 'reversal' then -quantity else quantity end) as quantity
      from entry group by 1, 2, 3, 4
    ) l on l.source_id = e.source_id and l.meter = e.meter and l.part = e.part and l.kind = e.kind
    where e.charge <> coalesce(l.charge, 0) or coalesce(e.quantity, 0) - e.unpriced <> coalesce(l.quantity, 0)
      or (e.kind <> 'usage' and l.entries is distinct from 1)
  ),
  -- Whatever is not of the newest revision is reversed in the next one, as it was, once.
  revision as (
    select 'revision' as kind,
      format('%s of %s, part %s, item %s, revision %s', coalesce(u.meter, r.meter), coalesce(u.source_id, r.source_id), coalesce(u.part, r.part),
        coalesce(u.item, r.item), coalesce(u.revision, r.revision - 1)) as name,
      case when u.kind is not null then jsonb_build_object('amount', u.amount, 'quantity', u.quantity, 'at', u.at) end as expected,
      case when r.kind is not null then jsonb_build_object('amount', r.amount, 'quantity', r.quantity, 'at', r.at) end as found
    from (
      select entry.*
      from entry
      join (select source_id, meter, part, max(revision) as revision from entry where revision > 0 group by 1, 2, 3) newest
        on newest.source_id = entry.source_id and newest.meter = entry.meter and newest.part = entry.part and newest.revision > entry.revision
      where entry.kind = 'usage'
    ) u
    full join (select * from entry where kind = 'reversal') r
      on r.source_id = u.source_id and r.meter = u.meter and r.part = u.part and r.item = u.item and r.revision = u.revision + 1
    where (u.amount, u.quantity, u.at) is distinct from (r.amount, r.quantity, r.at)
  ),
  unpriced as (
    select 'unpriced' as kind, format('%s of %s, part %s', coalesce(e.meter, u.meter), coalesce(e.source_id, u.source_id), coalesce(e.part, u.part)) as name,
      to_jsonb(e.unpriced) as expected, to_jsonb(u.quantity) as found
    from (select * from expected where unpriced > 0) e
    full join (
      select source_id, meter, part, month, model, sum(quantity) as quantity from billing_unpriced where tenant = p_tenant group by 1, 2, 3, 4, 5
    ) u on u.source_id = e.source_id and u.meter = e.meter and u.part = e.part
    where (e.unpriced, e.month_of_use, e.model) is distinct from (u.quantity, u.month, u.model)
  ),

  -- Sums.
  months_expected as materialized (
    select e.month, case when e.kind <> 'usage' then e.kind when e.late then 'late' else 'usage' end as kind, e.meter, e.model, e.role,
      sum(coalesce(e.quantity, 0) - e.unpriced) as quantity, sum(e.charge) as amount
    from expected e
    group by 1, 2, 3, 4, 5
  ), months as (
    select 'months' as kind, concat_ws(' ', month, kind, nullif(meter, ''), nullif(model, ''), nullif(role, '')) as name,
      nullif(jsonb_build_object('quantity', coalesce(e.quantity, 0), 'amount', coalesce(e.amount, 0)), nothing) as expected,
      nullif(jsonb_build_object('quantity', coalesce(s.quantity, 0), 'amount', coalesce(s.amount, 0)), nothing) as found
    from months_expected e
    full join (select * from billing_months where tenant = p_tenant) s using (month, kind, meter, model, role)
    cross join (values ('{"quantity": 0, "amount": 0}'::jsonb)) zero (nothing)
  ), work_expected as materialized (
    select e.day, e.session_id, e.run_id, e.phase, e.role, e.task_id, e.meter, sum(e.quantity) as quantity, sum(e.unpriced) as unpriced,
      sum(e.charge) as amount
    from expected e
    where e.kind = 'usage'
    group by 1, 2, 3, 4, 5, 6, 7
  ), days as (
    select 'days' as kind, concat_ws(' ', day, meter, nullif(model, ''), nullif(role, '')) as name,
      nullif(jsonb_build_object('quantity', coalesce(e.quantity, 0), 'unpriced', coalesce(e.unpriced, 0), 'amount', coalesce(e.amount, 0)), nothing) as expected,
      nullif(jsonb_build_object('quantity', coalesce(s.quantity, 0), 'unpriced', coalesce(s.unpriced, 0), 'amount', coalesce(s.amount, 0)), nothing) as found
    from (
      select day, meter, model, role, sum(quantity) as quantity, sum(unpriced) as unpriced, sum(charge) as amount
      from expected where kind = 'usage' group by 1, 2, 3, 4
    ) e
    full join (select * from billing_days where tenant = p_tenant) s using (day, meter, model, role)
    cross join (values ('{"quantity": 0, "unpriced": 0, "amount": 0}'::jsonb)) zero (nothing)
  ), work as (
    select 'work' as kind,
      concat_ws(' ', day, 'session ' || nullif(session_id, ''), 'run ' || nullif(run_id, ''), 'phase ' || nullif(phase, ''),
        'task ' || nullif(task_id, ''), nullif(role, ''), meter) as name,
      nullif(jsonb_build_object('quantity', coalesce(e.quantity, 0), 'unpriced', coalesce(e.unpriced, 0), 'amount', coalesce(e.amount, 0)), nothing) as expected,
      nullif(jsonb_build_object('quantity', coalesce(s.quantity, 0), 'unpriced', coalesce(s.unpriced, 0), 'amount', coalesce(s.amount, 0)), nothing) as found
    from work_expected e
    full join (select * from billing_work where tenant = p_tenant) s using (day, session_id, run_id, phase, role, task_id, meter)
    cross join (values ('{"quantity": 0, "unpriced": 0, "amount": 0}'::jsonb)) zero (nothing)
  ), counters as (
    select 'counters' as kind, concat_ws(' ', month, meter, nullif(model, '')) as name, to_jsonb(nullif(e.quantity, 0)) as expected,
      to_jsonb(nullif(s.quantity, 0)) as found
    from (
      select month_of_use as month, meter, model, sum(quantity) as quantity from expected where kind = 'usage' group by 1, 2, 3
    ) e
    full join (select * from billing_counters where tenant = p_tenant) s using (month, meter, model)
  ),

  -- The account: months that are closed, price books, statements.
  account_event as materialized (
    select e.position, e.type, e.data, e.recorded_at from events e
    where e.tenant = p_tenant and e.stream_id > 'billing-' and e.stream_id < 'billing.' and e.position <= p_up_to
      and e.type in ('billing.month-closed', 'billing.prices-published')
      and e.version <= coalesce(
        (
          select consumer_version('billing', p_tenant, p.stream_id) from consumer_parked p
          where p.consumer = 'billing' and p.tenant = p_tenant and p.stream_id = e.stream_id
        ), e.version
      )
      and not exists (select from consumer_skipped s where s.consumer = 'billing' and s.tenant = p_tenant and s.position = e.position)
  ), closing as materialized (
    select a.data ->> 'month' as month, min(a.position) as position, min(a.recorded_at) as closed_at
    from account_event a where a.type = 'billing.month-closed' group by 1
  ), account as (
    select 'account' as kind, 'months closed through' as name, to_jsonb((select max(c.month) from closing c)) as expected,
      to_jsonb((select a.closed_through from billing_accounts a where a.tenant = p_tenant)) as found
  ), prices as (
    select 'prices' as kind, format('version %s', coalesce(e.version, p.version)) as name,
      case when e.version is not null then jsonb_build_object('effectiveFrom', e.effective_from, 'prices', e.prices) end as expected,
      case when p.version is not null then jsonb_build_object('effectiveFrom', p.effective_from, 'prices', p.prices) end as found
    from (
      select (a.data ->> 'version')::integer as version, (a.data ->> 'effectiveFrom')::timestamptz as effective_from, a.data -> 'prices' as prices
      from account_event a where a.type = 'billing.prices-published'
    ) e
    full join (select * from billing_prices where tenant = p_tenant) p on p.version = e.version
  ), closed as materialized (
    -- Months that were closed by name, and those of which there was something by the first closing that reaches them.
    select m.month, c.position, c.closed_at
    from (
      select found.month, min(found.position) as position
      from (
        select c.month, c.position from closing c
        union all
        select e.month, e.position from expected e where e.kind <> 'usage' or e.quantity > e.unpriced
        union all
        select e.month_of_use, e.position from expected e where e.unpriced > 0
      ) found
      group by 1
    ) m,
      lateral (select c.position, c.closed_at from closing c where c.month >= m.month order by c.position limit 1) c
    where c.position >= m.position
  ), statement as (
    select 'statement' as kind, coalesce(e.month, s.month) as name,
      case when e.month is not null then
        jsonb_build_object('position', e.position, 'closedAt', e.closed_at, 'lines', e.lines, 'unpriced', e.unpriced)
      end as expected,
      case when s.month is not null then
        jsonb_build_object('position', s.position, 'closedAt', s.closed_at, 'lines', s.lines, 'unpriced', s.unpriced)
      end as found
    from (
      select c.month, c.position, c.closed_at, coalesce(l.lines, '[]') as lines, coalesce(u.units, '[]') as unpriced
      from closed c
      left join (
        select month, jsonb_agg(jsonb_build_object('kind', kind, 'meter', meter, 'model', model, 'role', role, 'quantity', quantity::text,
          'amount', amount::text) order by kind collate "C", meter collate "C", model collate "C", role collate "C") as lines
        from months_expected where (quantity, amount) <> (0, 0) group by 1
      ) l on l.month = c.month
      left join (
        select month, jsonb_agg(jsonb_build_object('meter', meter, 'model', model, 'quantity', quantity::text)
          order by meter collate "C", model collate "C") as units
        from (
          select e.month_of_use as month, e.meter, e.model, sum(e.unpriced) as quantity
          from expected e join closed on closed.month = e.month_of_use and e.position <= closed.position
          where e.unpriced > 0
          group by 1, 2, 3
        ) units
        group by 1
      ) u on u.month = c.month
    ) e
    full join (
      select s.month, s.position, s.closed_at, s.unpriced, (
          select coalesce(jsonb_agg(line order by line ->> 'kind' collate "C", line ->> 'meter' collate "C", line ->> 'model' collate "C",
            line ->> 'role' collate "C"), '[]')
          from jsonb_array_elements(s.lines) line where line ->> 'quantity' <> '0' or line ->> 'amount' <> '0'
        ) as lines
      from billing_statements s where s.tenant = p_tenant
    ) s on s.month = e.month
  ),

  -- What is spent of budgets, whose scopes and periods are taken as they are kept: the events of budgets are verified as any read model.
  charge as (
    select scope.type, scope.id, to_char(w.day, 'YYYY-MM-DD') as day, sum(w.amount) as amount
    from work_expected w
    cross join lateral (
      values ('tenant', ''), ('role', w.role), ('session', w.session_id), ('run', w.run_id), ('phase', w.phase)
    ) scope (type, id)
    where (scope.type = 'tenant' or scope.id <> '') and exists (select from budgets b where b.tenant = p_tenant)
    group by 1, 2, 3
  ), budget as (
    select 'budget' as kind, concat_ws(' ', coalesce(e.id, s.budget_id), coalesce(e.period, s.period)) as name,
      to_jsonb(nullif(e.spent, 0)) as expected, to_jsonb(nullif(s.spent, 0)) as found
    from (
      select b.id, case b.view ->> 'period' when 'day' then c.day when 'month' then left(c.day, 7) else '' end as period, sum(c.amount) as spent
      from budgets b join charge c on c.type = b.scope_type and c.id = b.scope_id
      where b.tenant = p_tenant
      group by 1, 2
    ) e
    full join (select * from budget_spend where tenant = p_tenant) s on s.budget_id = e.id and s.period = e.period
  )
  select d.kind, d.name, d.expected #>> '{}', d.found #>> '{}'
  from (
    select kind, name, case when expected ->> 'event' is not null then expected end as expected,
      case when found ->> 'event' is not null then found end as found
    from usage
    union all select kind, name, case when not unknown then expected end, found from stray
    union all select * from amount
    union all select * from revision
    union all select * from unpriced
    union all select * from months where expected is distinct from found
    union all select * from days where expected is distinct from found
    union all select * from work where expected is distinct from found
    union all select * from counters where expected is distinct from found
    union all select * from account where expected is distinct from found
    union all select * from prices where expected is distinct from found
    union all select * from statement where expected is distinct from found
    union all select * from budget where expected is distinct from found
  ) d;
end
$$;

revoke all on function sluice.billing_drift(text, bigint) from public;
grant execute on function sluice.billing_drift(text, bigint) to sluice_billing, sluice_operator;
