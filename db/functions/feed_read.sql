-- A tenant's events above p_after and not above p_until (the horizon) in the order of positions, each as CloudEvents JSON.
--   p_categories, p_types: patterns of LIKE on the type; null: any
--   p_limit: events at most    p_look: events looked at most, so that a filter that hits nothing has an end
--   p_bytes: the event with which their messages reach so many is the last one, so that nobody has to hold more than that and one event
-- Ends with a row without message when p_look or p_bytes ended it: what is behind that position has not been looked at. No such row
-- and fewer than p_limit events: that was all.
create or replace function sluice.feed_read(
  p_tenant text, p_after bigint, p_until bigint, p_categories text[], p_types text[], p_limit integer, p_look integer,
  p_bytes integer
) returns table (event_position bigint, event_type text, message text)
language plpgsql volatile
set search_path = sluice, pg_temp
-- Whatever the statistics of a fresh table say: along the index, without a sort of all there is.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
as $$
declare
  v_count integer := 0;
  v_bytes integer := 0;
  v_looked integer;
  v_last bigint;
begin
  perform set_config('sluice.tenant', p_tenant, true);
  for event_position, event_type, message in
    select hit.position, e.type, cloud_event(e)
    from (
      select looked.position from (
        select position, type from events
        where tenant = p_tenant and position > p_after and position <= p_until
        order by position
        limit p_look
      ) looked
      where (p_categories is null or looked.type like any (p_categories)) and (p_types is null or looked.type like any (p_types))
      order by looked.position
      limit p_limit
    ) hit, lateral (select events.* from events where events.position = hit.position limit 1) e
    order by hit.position
  loop
    return next;
    v_count := v_count + 1;
    v_bytes := v_bytes + octet_length(message);
    if v_bytes >= p_bytes then
      return query select event_position, null::text, null::text;
      return;
    end if;
  end loop;

  if v_count < p_limit and (p_categories is not null or p_types is not null) then
    select count(*), max(looked.position) into v_looked, v_last from (
      select position from events
      where tenant = p_tenant and position > p_after and position <= p_until
      order by position
      limit p_look
    ) looked;
    if v_looked = p_look then
      return query select v_last, null::text, null::text;
    end if;
  end if;
end
$$;

revoke all on function sluice.feed_read(text, bigint, bigint, text[], text[], integer, integer, integer) from public;
grant execute on function sluice.feed_read(text, bigint, bigint, text[], text[], integer, integer, integer) to sluice_api;
grant execute on function sluice.cloud_event(sluice.events) to sluice_api;
