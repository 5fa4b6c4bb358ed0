-- Opens a consumer's batch: fails with SL001 unless p_epoch still holds p_lease, and answers what is known of it.
--   p_streams: [[tenant, stream id], …]    p_events: [[position, event id], …]
-- Answers {"seen": version applied per stream (0: none), "parked": indexes of parked streams,
--          "unknown": indexes of events that sluice.events does not hold}.
create or replace function sluice.consumer_begin(
  p_lease text, p_epoch bigint, p_consumer text, p_streams jsonb, p_events jsonb
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
-- A plan made for empty tables must not stay when they have grown.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_seen jsonb;
  v_unknown jsonb;
  v_parked jsonb := '[]';
begin
  perform assert_lease(p_lease, p_epoch);

  select coalesce(jsonb_agg(coalesce(known.version, 0) order by s.ordinality), '[]') into v_seen
  from jsonb_array_elements(p_streams) with ordinality s
  left join lateral (
    select c.version from consumer_streams c
    where c.consumer = p_consumer and c.tenant = s.value ->> 0 and c.stream_id = s.value ->> 1
    limit 1
  ) known on true;

  select coalesce(jsonb_agg(e.ordinality - 1), '[]') into v_unknown
  from jsonb_array_elements(p_events) with ordinality e
  left join lateral (
    select true as found from events
    where events.position = (e.value ->> 0)::bigint and events.event_id = (e.value ->> 1)::uuid
    limit 1
  ) stored on true
  where stored.found is null;

  if exists (select from consumer_parked where consumer = p_consumer) then
    select coalesce(jsonb_agg(s.ordinality - 1), '[]') into v_parked
    from jsonb_array_elements(p_streams) with ordinality s
    where exists (
      select from consumer_parked p
      where p.consumer = p_consumer and p.tenant = s.value ->> 0 and p.stream_id = s.value ->> 1
    );
  end if;

  return jsonb_build_object('seen', v_seen, 'parked', v_parked, 'unknown', v_unknown);
end
$$;

revoke all on function sluice.consumer_begin(text, bigint, text, jsonb, jsonb) from public;
grant execute on function sluice.consumer_begin(text, bigint, text, jsonb, jsonb) to sluice_projector;
