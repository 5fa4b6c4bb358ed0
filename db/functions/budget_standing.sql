-- A budget and what is spent of it in the period that runs: {"view": Budget, "period": its name, '' for all time, "spent": amount, as text}.
create or replace function sluice.budget_standing(p_tenant text, p_id text, p_view jsonb) returns jsonb
language sql volatile
set search_path = sluice, pg_temp
as $$
  select jsonb_build_object(
    'view', p_view,
    'period', running.period,
    'spent', coalesce(
      (
        select s.spent::text from budget_spend s
        where s.tenant = p_tenant and s.budget_id = p_id and s.period = running.period
      ), '0')
  )
  from (
    select case p_view ->> 'period'
      when 'day' then to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD')
      when 'month' then to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM')
      else ''
    end as period
  ) running
$$;

revoke all on function sluice.budget_standing(text, text, jsonb) from public;
grant execute on function sluice.budget_standing(text, text, jsonb) to sluice_api;
