-- Like relay_read, from the log itself: events that were published once and whose outbox rows may be gone.
create or replace function sluice.relay_reread(p_after bigint, p_until bigint, p_limit integer)
returns table (event_position bigint, event_id uuid, subject text, message text)
language plpgsql stable
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
as $$
begin
  return query
  select e.position, e.event_id, event_subject(e.tenant, e.type, e.stream_id), cloud_event(e)
  from events e
  where e.position > p_after and e.position <= p_until
  order by e.position
  limit p_limit;
end
$$;

revoke all on function sluice.relay_reread(bigint, bigint, integer) from public;
grant execute on function sluice.relay_reread(bigint, bigint, integer) to sluice_relay;
