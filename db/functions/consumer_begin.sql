-- Opens a consumer's batch: fails with SL001 unless p_epoch still holds p_lease, and answers what is known of it.
--   p_streams: [[tenant, stream id], …]    p_events: [[position, event id], …]
--   p_categories: those the consumer hears; null: all
--   p_up_to: where the checkpoint will be moved to; null: it stays
-- Answers {"seen": version applied per stream (0: none), "parked": indexes of parked streams,
--          "unknown": indexes of events that sluice.events does not hold,
--          "missing": whether the log holds events between checkpoint and p_up_to that the batch lacks}.
create or replace function sluice.consumer_begin(
  p_lease text, p_epoch bigint, p_consumer text, p_streams jsonb, p_events jsonb, p_categories text[], p_up_to bigint
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
declare
  v_seen jsonb;
  v_unknown jsonb;
  v_parked jsonb := '[]';
  v_checkpoint bigint := (select position from consumers where consumer = p_consumer);
  v_new bigint;
  v_logged bigint;
begin
  perform plan_by_key(); -- for this function and for the reactions that follow it
  perform pg_advisory_xact_lock_shared(consumer_lock_key(p_consumer)); -- nobody exchanges our tables meanwhile (rebuild_switch)
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

  select count(distinct (value ->> 0)::bigint) into v_new
  from jsonb_array_elements(p_events)
  where (value ->> 0)::bigint > v_checkpoint and (value ->> 0)::bigint <= p_up_to;
  select count(*) into v_logged
  from (
    select from events
    where position > v_checkpoint and position <= p_up_to
      and (p_categories is null or split_part(stream_id, '-', 1) = any (p_categories))
    order by position limit v_new + 1
  ) logged;

  if exists (select from consumer_parked where consumer = p_consumer) then
    select coalesce(jsonb_agg(s.ordinality - 1), '[]') into v_parked
    from jsonb_array_elements(p_streams) with ordinality s
    where exists (
      select from consumer_parked p
      where p.consumer = p_consumer and p.tenant = s.value ->> 0 and p.stream_id = s.value ->> 1
    );
  end if;

  return jsonb_build_object('seen', v_seen, 'parked', v_parked, 'unknown', v_unknown, 'missing', v_logged > v_new);
end
$$;

revoke all on function sluice.consumer_begin(text, bigint, text, jsonb, jsonb, text[], bigint) from public;
grant execute on function sluice.consumer_begin(text, bigint, text, jsonb, jsonb, text[], bigint) to sluice_projector, sluice_coordinator, sluice_notification, sluice_billing;
