-- The session as the API answers it (SessionView), or null. One round trip: it sets the tenant, then row-level security applies.
create or replace function sluice.read_session(p_tenant text, p_id text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (select view from sessions where tenant = p_tenant and id = p_id);
end
$$;

revoke all on function sluice.read_session(text, text) from public;
grant execute on function sluice.read_session(text, text) to sluice_api;
