-- What each of the tasks last worked on has cost so far: array of amounts (10⁻¹⁵ USD, as text).
--   p_most: so many tasks at most
create or replace function sluice.task_costs(p_tenant text, p_most integer) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(jsonb_agg(task.amount::text), '[]')
    from (
      select sum(w.amount) as amount from billing_work w
      where w.tenant = p_tenant and w.task_id <> ''
      group by w.task_id
      order by max(w.day) desc, w.task_id desc
      limit p_most
    ) task
  );
end
$$;

revoke all on function sluice.task_costs(text, integer) from public;
grant execute on function sluice.task_costs(text, integer) to sluice_api;
