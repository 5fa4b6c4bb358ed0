-- Takes a subscriber away and answers the slot that is free now; null when there is none of that name.
create or replace function sluice.remove_subscriber(p_tenant text, p_name text) returns integer
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
declare
  v_slot integer;
begin
  perform set_config('sluice.tenant', p_tenant, true);
  perform pg_advisory_xact_lock(hashtextextended('subscribers ' || p_tenant, 0));
  delete from subscribers where tenant = p_tenant and name = p_name returning slot into v_slot;
  return v_slot;
end
$$;

revoke all on function sluice.remove_subscriber(text, text) from public;
grant execute on function sluice.remove_subscriber(text, text) to sluice_api;
