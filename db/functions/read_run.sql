-- A run as {"version", "view", "fold"}, from which its whole state can be had, or null. One round trip: it sets the tenant, then
-- row-level security applies.
create or replace function sluice.read_run(p_tenant text, p_id text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select jsonb_build_object('version', version, 'view', view, 'fold', fold) from runs where tenant = p_tenant and id = p_id
  );
end
$$;

revoke all on function sluice.read_run(text, text) from public;
grant execute on function sluice.read_run(text, text) to sluice_api;
