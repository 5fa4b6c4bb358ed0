-- How many committed events wait to be published, and for how many seconds the oldest has waited.
create or replace function sluice.outbox_backlog(out depth bigint, out oldest_seconds double precision)
language plpgsql stable
set search_path = sluice, pg_temp
set enable_seqscan = off
as $$
declare
  v_floor constant bigint := (select floor from relay_state);
begin
  select count(*) into depth from outbox where position > v_floor;
  select coalesce(greatest(0, extract(epoch from clock_timestamp() - e.recorded_at)), 0) into oldest_seconds
  from (select o.position from outbox o where o.position > v_floor order by o.position limit 1) oldest
  join events e on e.position = oldest.position;
  oldest_seconds := coalesce(oldest_seconds, 0);
end
$$;

revoke all on function sluice.outbox_backlog() from public;
grant execute on function sluice.outbox_backlog() to sluice_relay, sluice_operator;
