-- The straight way through a consumer's batch, in one call: every event is new, in order and in the log; nothing is parked.
-- Takes the streams from p_before to p_after and saves the checkpoint. Where that does not fit it raises SL002, and the caller
-- goes the long way (consumer_begin, consumer_save) in another transaction. SL001: the lease has passed on.
--   p_tenants, p_streams, p_before, p_after: one element per stream; its versions before and after the batch
--   p_positions, p_event_ids: one element per event, positions ascending; the last one becomes the checkpoint
--   p_sequence null: the place in JetStream stays as it is
create or replace function sluice.consumer_advance(
  p_lease text, p_epoch bigint, p_consumer text, p_tenants text[], p_streams text[], p_before integer[], p_after integer[],
  p_positions bigint[], p_event_ids uuid[], p_incarnation integer, p_stream_created text, p_sequence bigint
) returns void
language plpgsql volatile
set search_path = sluice, pg_temp
-- A plan made for empty tables must not stay when they have grown.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_stored uuid[];
  v_begun integer := 0;
  v_continued integer := 0;
begin
  perform assert_lease(p_lease, p_epoch);
  if exists (select from consumer_parked where consumer = p_consumer) then
    raise exception 'Streams are parked' using errcode = 'SL002';
  end if;

  select array_agg(event_id order by position) into v_stored from events where position = any (p_positions);
  if v_stored is distinct from p_event_ids then
    raise exception 'Events are not as the log has them' using errcode = 'SL002';
  end if;

  -- Not "on conflict do nothing", which costs as much as the insert itself.
  begin
    insert into consumer_streams (consumer, tenant, stream_id, version)
    select p_consumer, s.tenant, s.stream_id, s.after
    from unnest(p_tenants, p_streams, p_before, p_after) s(tenant, stream_id, before, after)
    where s.before = 0;
    get diagnostics v_begun = row_count;
  exception when unique_violation then
    raise exception 'Streams are not at the versions expected' using errcode = 'SL002';
  end;
  if v_begun < cardinality(p_streams) then
    update consumer_streams known set version = s.after
    from unnest(p_tenants, p_streams, p_before, p_after) s(tenant, stream_id, before, after)
    where s.before > 0
      and known.consumer = p_consumer and known.tenant = s.tenant and known.stream_id = s.stream_id and known.version = s.before;
    get diagnostics v_continued = row_count;
  end if;
  if v_begun + v_continued < cardinality(p_streams) then
    raise exception 'Streams are not at the versions expected' using errcode = 'SL002';
  end if;

  perform consumer_save(p_consumer, '[]', p_incarnation, p_stream_created, p_sequence,
    p_positions[cardinality(p_positions)], p_event_ids[cardinality(p_event_ids)]);
end
$$;

revoke all on function sluice.consumer_advance(
  text, bigint, text, text[], text[], integer[], integer[], bigint[], uuid[], integer, text, bigint
) from public;
grant execute on function sluice.consumer_advance(
  text, bigint, text, text[], text[], integer[], integer[], bigint[], uuid[], integer, text, bigint
) to sluice_projector;
