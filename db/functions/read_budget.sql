-- How a budget stands (see budget_standing), or null. One round trip: it sets the tenant, then row-level security applies.
create or replace function sluice.read_budget(p_tenant text, p_id text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (select budget_standing(b.tenant, b.id, b.view) from budgets b where b.tenant = p_tenant and b.id = p_id);
end
$$;

revoke all on function sluice.read_budget(text, text) from public;
grant execute on function sluice.read_budget(text, text) to sluice_api;
