-- Gives a subscriber the lowest free slot of its tenant, unless there is one of that name. Answers the row ({name, slot, types, createdAt})
-- with isNew; null when all slots are in use. Those who add for one tenant at the same time wait for each other.
create or replace function sluice.add_subscriber(p_tenant text, p_name text, p_types text[]) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
declare
  v_slot integer;
begin
  perform set_config('sluice.tenant', p_tenant, true);
  perform pg_advisory_xact_lock(hashtextextended('subscribers ' || p_tenant, 0));
  if exists (select from subscribers where tenant = p_tenant and name = p_name) then
    return read_subscriber(p_tenant, p_name) || '{"isNew": false}';
  end if;
  select min(free) into v_slot from generate_series(1, 16) free
  where not exists (select from subscribers s where s.tenant = p_tenant and s.slot = free);
  if v_slot is null then
    return null;
  end if;
  insert into subscribers (tenant, name, slot, types) values (p_tenant, p_name, v_slot, p_types);
  return read_subscriber(p_tenant, p_name) || '{"isNew": true}';
end
$$;

revoke all on function sluice.add_subscriber(text, text, text[]) from public;
grant execute on function sluice.add_subscriber(text, text, text[]) to sluice_api;
