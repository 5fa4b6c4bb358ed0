-- The next events to publish: outbox rows above p_after and not above p_until (the horizon), each with its event, fetched
-- by key. message is null when the event is missing, which can only be in a damaged database.
create or replace function sluice.relay_read(p_after bigint, p_until bigint, p_limit integer)
returns table (event_position bigint, event_id uuid, subject text, message text)
language plpgsql stable
set search_path = sluice, pg_temp
-- Whatever the statistics of a fresh or just truncated table say: along the index, without a sort of all that is due.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
as $$
begin
  return query
  with due as materialized (
    select o.position, o.subject from outbox o
    where o.position > p_after and o.position <= p_until
    order by o.position
    limit p_limit
  )
  select due.position, e.event_id, due.subject, cloud_event(e)
  from due left join events e on e.position = due.position
  order by due.position;
end
$$;

revoke all on function sluice.relay_read(bigint, bigint, integer) from public;
grant execute on function sluice.relay_read(bigint, bigint, integer) to sluice_relay;
