-- Opens a consumer's batch: fails with SL001 unless p_epoch still holds p_lease, and answers what is known of it.
--   p_streams: [[tenant, stream id], …]    p_events: [[position, event id], …]
-- Answers {"seen": version applied per stream (0: none), "parked": indexes of parked streams,
--          "unknown": indexes of events that sluice.events does not hold}.
create or replace function sluice.consumer_begin(
  p_lease text, p_epoch bigint, p_consumer text, p_streams jsonb, p_events jsonb
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
declare
  v_seen jsonb;
  v_unknown jsonb;
  v_parked jsonb := '[]';
begin
  perform plan_by_key(); -- for this function and for the reactions that follow it
  perform assert_lease(p_lease, p_epoch);

  select coalesce(jsonb_agg(consumer_version(p_consumer, value ->> 0, value ->> 1) order by ordinality), '[]') into v_seen
  from jsonb_array_elements(p_streams) with ordinality;

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
