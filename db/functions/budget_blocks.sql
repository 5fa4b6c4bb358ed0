-- Budgets that are used up and forbid to start anything in their scope (array of BudgetBlock): those of the tenant and of what is named, by
-- what is spent in the period that runs now. The one that lasts longest is the first. A null names nothing.
--   p_task: id of a run's task: stands for its run and phase, where billing knows it    p_phase: <run>/<phase>
create or replace function sluice.budget_blocks(
  p_tenant text, p_role text, p_session text, p_task text, p_run text, p_phase text
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
declare
  v_now timestamp := clock_timestamp() at time zone 'UTC';
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    with scope (type, id) as (
      values ('tenant', ''), ('role', p_role), ('session', p_session), ('run', p_run), ('phase', p_phase)
      union
      select found.* from billing_tasks t, lateral (values ('run', t.run_id), ('phase', t.phase)) found
      where t.tenant = p_tenant and t.task_id = p_task
    ), block as (
      select b.id, b.view ->> 'name' as name,
        case b.view ->> 'period'
          when 'day' then date_trunc('day', v_now) + interval '1 day'
          when 'month' then date_trunc('month', v_now) + interval '1 month'
        end as until
      from scope
      join budgets b on b.tenant = p_tenant and b.scope_type = scope.type and b.scope_id = scope.id
      join budget_spend s on s.tenant = b.tenant and s.budget_id = b.id
        and s.period = budget_period(b.view ->> 'period', to_char(v_now, 'YYYY-MM-DD'))
      where b.active and (b.view ->> 'blocks')::boolean and s.spent >= (b.view ->> 'limit')::numeric
    )
    select coalesce(
      jsonb_agg(
        jsonb_build_object('budgetId', id, 'name', name, 'until', to_char(until, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        order by until desc nulls first, id
      ), '[]')
    from block
  );
end
$$;

revoke all on function sluice.budget_blocks(text, text, text, text, text, text) from public;
grant execute on function sluice.budget_blocks(text, text, text, text, text, text) to sluice_api;
