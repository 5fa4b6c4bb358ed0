-- How an owner wants to be told, as the API answers it (PreferenceView), or null where it was never said.
create or replace function sluice.read_preferences(p_tenant text, p_id text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (select view - 'createdAt' from preferences where tenant = p_tenant and id = p_id);
end
$$;

revoke all on function sluice.read_preferences(text, text) from public;
grant execute on function sluice.read_preferences(text, text) to sluice_api;
