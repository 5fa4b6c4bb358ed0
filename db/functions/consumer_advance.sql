-- The straight way through a consumer's batch, in one call: the batch is exactly what the log holds after the checkpoint, and no
-- stream stands elsewhere than the checkpoint says. Moves the checkpoint to the end of the batch. Where that does not fit it raises
-- SL002, and the caller goes the long way (consumer_begin, consumer_save) in another transaction. SL001: the lease has passed on.
--   p_categories: those the consumer hears; null: all
--   p_positions, p_event_ids, p_versions: one element per event, positions ascending
--   p_sequence null: the place in JetStream stays as it is
create or replace function sluice.consumer_advance(
  p_lease text, p_epoch bigint, p_consumer text, p_categories text[], p_positions bigint[], p_event_ids uuid[], p_versions integer[],
  p_incarnation integer, p_stream_created text, p_sequence bigint
) returns void
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
declare
  v_last integer := cardinality(p_positions);
  v_same boolean;
begin
  perform plan_by_key(); -- for this function and for the reactions that follow it
  perform pg_advisory_xact_lock_shared(consumer_lock_key(p_consumer)); -- nobody exchanges our tables meanwhile (rebuild_switch)
  perform assert_lease(p_lease, p_epoch);
  if exists (select from consumer_parked where consumer = p_consumer)
    or exists (select from consumer_streams where consumer = p_consumer)
  then
    raise exception 'Streams stand elsewhere than the checkpoint says' using errcode = 'SL002';
  end if;

  select (array_agg(position order by position), array_agg(event_id order by position), array_agg(version order by position))
    is not distinct from (p_positions, p_event_ids, p_versions) into v_same
  from (
    select position, event_id, version from events
    where position > (select position from consumers where consumer = p_consumer)
      and (p_categories is null or split_part(stream_id, '-', 1) = any (p_categories))
    order by position limit v_last
  ) next;
  if not v_same then
    raise exception 'The batch is not what the log holds next' using errcode = 'SL002';
  end if;

  perform consumer_save(p_consumer, '[]', p_incarnation, p_stream_created, p_sequence, p_positions[v_last], p_event_ids[v_last]);
end
$$;

revoke all on function sluice.consumer_advance(
  text, bigint, text, text[], bigint[], uuid[], integer[], integer, text, bigint
) from public;
grant execute on function sluice.consumer_advance(
  text, bigint, text, text[], bigint[], uuid[], integer[], integer, text, bigint
) to sluice_projector, sluice_coordinator, sluice_notification, sluice_billing;
