-- What is new for several tenants, each as CloudEvents JSON: of every tenant its events above its own position and not above
-- p_until (the horizon), in the order of positions, tenant after tenant as they are given.
--   p_tenants, p_afters: tenants and, at the same place, the position behind which each wants to go on
--   p_limit, p_bytes: events at most, and bytes of their messages after which it ends, all tenants together
-- Ends with a row without message when one of them ended it: of the last tenant answered there may be more, and those behind it have
-- not been looked at.
-- One tenant at a time is visible, as everywhere: row-level security stands behind each of the reads.
create or replace function sluice.feed_tail(p_tenants text[], p_afters bigint[], p_until bigint, p_limit integer, p_bytes integer)
returns table (event_tenant text, event_position bigint, event_type text, event_subject text, message text)
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
-- Planned once: there may be hundreds of tenants, and little is new for each of them. Over so few positions any index will do; over many,
-- feed_read chooses by the values.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_news refcursor;
  v_left integer := p_limit;
  v_bytes integer := p_bytes;
begin
  for i in 1 .. coalesce(array_length(p_tenants, 1), 0) loop
    perform set_config('sluice.tenant', p_tenants[i], true);
    if p_until - p_afters[i] <= 5000 then
      open v_news for
        select e.tenant, e.position, e.type, e.stream_id, cloud_event(e)
        from events e
        where e.tenant = p_tenants[i] and e.position > p_afters[i] and e.position <= p_until
        order by e.position
        limit v_left;
    else
      open v_news for
        select e.tenant, r.event_position, r.event_type, e.stream_id, r.message
        from feed_read(p_tenants[i], p_afters[i], p_until, null, null, v_left, v_left, v_bytes) r,
          lateral (select events.* from events where events.position = r.event_position limit 1) e
        where r.message is not null
        order by r.event_position;
    end if;
    loop
      fetch v_news into event_tenant, event_position, event_type, event_subject, message;
      exit when not found;
      return next;
      v_left := v_left - 1;
      v_bytes := v_bytes - octet_length(message);
      if v_left <= 0 or v_bytes <= 0 then
        return query select event_tenant, event_position, null::text, null::text, null::text;
        return;
      end if;
    end loop;
    close v_news;
  end loop;
end
$$;

revoke all on function sluice.feed_tail(text[], bigint[], bigint, integer, integer) from public;
grant execute on function sluice.feed_tail(text[], bigint[], bigint, integer, integer) to sluice_api;
