-- The same as feed_read for one stream, along its key.
--   p_subject: for example run-0197…    the others: see feed_read
create or replace function sluice.feed_read_stream(
  p_tenant text, p_subject text, p_after bigint, p_until bigint, p_categories text[], p_types text[], p_limit integer, p_look integer,
  p_bytes integer
) returns table (event_position bigint, event_type text, message text)
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
  v_below integer := 0;
  v_head integer;
  v_middle integer;
  v_count integer := 0;
  v_bytes integer := 0;
  v_last bigint;
begin
  perform set_config('sluice.tenant', p_tenant, true);
  select s.version into v_head from streams s where s.tenant = p_tenant and s.stream_id = p_subject;
  if v_head is null then
    return;
  end if;
  -- Versions and positions of a stream rise together, so halving finds the last version at or below p_after.
  while p_after > 0 and v_below < v_head loop
    v_middle := (v_below + v_head + 1) / 2;
    if (select e.position from events e where e.tenant = p_tenant and e.stream_id = p_subject and e.version = v_middle) <= p_after then
      v_below := v_middle;
    else
      v_head := v_middle - 1;
    end if;
  end loop;

  for event_position, event_type, message in
    select e.position, e.type, cloud_event(e)
    from events e
    where e.tenant = p_tenant and e.stream_id = p_subject and e.version > v_below and e.version <= v_below + p_look
      and e.position > p_after and e.position <= p_until
      and (p_categories is null or e.type like any (p_categories)) and (p_types is null or e.type like any (p_types))
    order by e.version
    limit p_limit
  loop
    return next;
    v_count := v_count + 1;
    v_bytes := v_bytes + octet_length(message);
    if v_bytes >= p_bytes then
      return query select event_position, null::text, null::text;
      return;
    end if;
  end loop;

  if v_count < p_limit then
    select e.position into v_last from events e
    where e.tenant = p_tenant and e.stream_id = p_subject and e.version = v_below + p_look and e.position <= p_until;
    if v_last is not null then
      return query select v_last, null::text, null::text;
    end if;
  end if;
end
$$;

revoke all on function sluice.feed_read_stream(text, text, bigint, bigint, text[], text[], integer, integer, integer) from public;
grant execute on function sluice.feed_read_stream(text, text, bigint, bigint, text[], text[], integer, integer, integer) to sluice_api;
