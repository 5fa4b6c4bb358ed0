-- The slots in use, of all tenants ([{tenant, slot, types}]): from these the API makes durables again that the broker has lost.
-- It runs as its owner, since the API itself sees one tenant at a time.
create or replace function sluice.every_subscriber() returns jsonb
language sql stable security definer
set search_path = sluice, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object('tenant', tenant, 'slot', slot, 'types', to_jsonb(types)) order by tenant, slot), '[]')
  from subscribers
$$;

revoke all on function sluice.every_subscriber() from public;
grant execute on function sluice.every_subscriber() to sluice_api;
