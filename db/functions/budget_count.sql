-- What is spent of a budget in the period in which p_day is. Of one that is new, counts first what was charged in its scope before, period by
-- period.
create or replace function sluice.budget_count(p_tenant text, p_id text, p_new boolean, p_day text)
returns table (tenant text, id text, period text, spent numeric, "limit" numeric, since text, view jsonb, told jsonb)
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
#variable_conflict use_column
declare
  v_budget budgets%rowtype;
begin
  select * into strict v_budget from budgets b where b.tenant = p_tenant and b.id = p_id;
  if p_new then
    insert into budget_spend (tenant, budget_id, period, spent)
    select p_tenant, p_id, charged.period, sum(charged.amount)
    from (
      select budget_period(v_budget.view ->> 'period', to_char(d.day, 'YYYY-MM-DD')) as period, d.amount
      from billing_days d
      where v_budget.scope_type in ('tenant', 'role') and d.tenant = p_tenant
        and (v_budget.scope_type = 'tenant' or d.role = v_budget.scope_id)
      union all
      select budget_period(v_budget.view ->> 'period', to_char(w.day, 'YYYY-MM-DD')), w.amount
      from billing_work w
      where v_budget.scope_type in ('session', 'run', 'phase') and w.tenant = p_tenant
        and case v_budget.scope_type when 'session' then w.session_id when 'run' then w.run_id else w.phase end = v_budget.scope_id
    ) charged
    group by charged.period having sum(charged.amount) <> 0;
  end if;
  return query
  select p_tenant, p_id, p.period, coalesce(s.spent, 0), (v_budget.view ->> 'limit')::numeric,
    budget_period(v_budget.view ->> 'period', left(v_budget.view ->> 'createdAt', 10)), v_budget.view, v_budget.fold -> 'reached'
  from (select budget_period(v_budget.view ->> 'period', p_day) as period) p
  left join budget_spend s on s.tenant = p_tenant and s.budget_id = p_id and s.period = p.period;
end
$$;

revoke all on function sluice.budget_count(text, text, boolean, text) from public;
grant execute on function sluice.budget_count(text, text, boolean, text) to sluice_billing;
