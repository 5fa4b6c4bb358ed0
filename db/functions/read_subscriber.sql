-- A subscriber of a tenant ({name, slot, types, createdAt}), or null.
create or replace function sluice.read_subscriber(p_tenant text, p_name text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select jsonb_build_object('name', name, 'slot', slot, 'types', to_jsonb(types), 'createdAt', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    from subscribers where tenant = p_tenant and name = p_name
  );
end
$$;

revoke all on function sluice.read_subscriber(text, text) from public;
grant execute on function sluice.read_subscriber(text, text) to sluice_api;
