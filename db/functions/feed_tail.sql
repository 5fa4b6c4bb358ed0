-- What is new for several tenants, each as CloudEvents JSON: of every tenant its events above its own position and not above
-- p_until (the horizon), in the order of positions, tenant after tenant as they are given.
--   p_tenants, p_afters: tenants and, at the same place, the position behind which each wants to go on
--   p_limit: events at most, all tenants together. That many: tenants behind the last one answered have not been looked at.
-- One tenant at a time is visible, as everywhere: row-level security stands behind each of the reads.
create or replace function sluice.feed_tail(p_tenants text[], p_afters bigint[], p_until bigint, p_limit integer)
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
  v_left integer := p_limit;
  v_count integer;
begin
  for i in 1 .. coalesce(array_length(p_tenants, 1), 0) loop
    perform set_config('sluice.tenant', p_tenants[i], true);
    if p_until - p_afters[i] <= 5000 then
      return query
      select e.tenant, e.position, e.type, e.stream_id, cloud_event(e)
      from events e
      where e.tenant = p_tenants[i] and e.position > p_afters[i] and e.position <= p_until
      order by e.position
      limit v_left;
    else
      return query
      select e.tenant, r.event_position, r.event_type, e.stream_id, r.message
      from feed_read(p_tenants[i], p_afters[i], p_until, null, null, v_left, v_left) r,
        lateral (select events.* from events where events.position = r.event_position limit 1) e
      order by r.event_position;
    end if;
    get diagnostics v_count = row_count;
    v_left := v_left - v_count;
    exit when v_left <= 0;
  end loop;
end
$$;

revoke all on function sluice.feed_tail(text[], bigint[], bigint, integer) from public;
grant execute on function sluice.feed_tail(text[], bigint[], bigint, integer) to sluice_api;
