-- The workflow as the API answers it (WorkflowView), or null. One round trip: it sets the tenant, then row-level security applies.
create or replace function sluice.read_workflow(p_tenant text, p_id text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (select view from workflows where tenant = p_tenant and id = p_id);
end
$$;

revoke all on function sluice.read_workflow(text, text) from public;
grant execute on function sluice.read_workflow(text, text) to sluice_api;
