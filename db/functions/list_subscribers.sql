-- All subscribers of a tenant (array of what read_subscriber answers), by name.
create or replace function sluice.list_subscribers(p_tenant text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(jsonb_agg(read_subscriber(p_tenant, name) order by name), '[]') from subscribers where tenant = p_tenant
  );
end
$$;

revoke all on function sluice.list_subscribers(text) from public;
grant execute on function sluice.list_subscribers(text) to sluice_api;
