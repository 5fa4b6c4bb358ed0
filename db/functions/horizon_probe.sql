-- First the last position given out, then who still holds the append lock: when exactly these have gone, every event up to
-- that position is committed or will never be. The order of the two reads is the whole point, hence two statements.
-- Only meaningful on the primary: on a standby it fails with 25006.
create or replace function sluice.horizon_probe(out last_position bigint, out holders text[])
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  if pg_is_in_recovery() then
    raise exception 'The horizon can only be read on the primary' using errcode = 'read_only_sql_transaction';
  end if;
  select case when is_called then last_value else 0 end into last_position from events_position_seq;
  select coalesce(array_agg(virtualtransaction), '{}') into holders
  from pg_locks
  where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
    and classid = (append_lock_key() >> 32)::integer::oid and objid = (append_lock_key() & 4294967295)::bigint::oid and objsubid = 1;
end
$$;

revoke all on function sluice.horizon_probe() from public;
grant execute on function sluice.horizon_probe() to sluice_api, sluice_relay, sluice_projector, sluice_operator, sluice_coordinator, sluice_notification, sluice_billing;
