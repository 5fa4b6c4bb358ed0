-- Closes a consumer's batch, in the transaction that consumer_begin opened.
--   p_streams: [[tenant, stream id, version applied], …] where the checkpoint will not say it; a version never goes back
--   p_sequence null: the place in JetStream stays as it is    p_position null: nothing of the log was handled
create or replace function sluice.consumer_save(
  p_consumer text, p_streams jsonb, p_incarnation integer, p_stream_created text, p_sequence bigint, p_position bigint, p_event_id uuid
) returns void
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  insert into consumer_streams as known (consumer, tenant, stream_id, version)
  select p_consumer, value ->> 0, value ->> 1, (value ->> 2)::integer from jsonb_array_elements(p_streams)
  on conflict (consumer, tenant, stream_id) do update set version = excluded.version
    where known.version < excluded.version;

  update consumers set
    incarnation = case when p_sequence is null then incarnation else p_incarnation end,
    stream_created = case when p_sequence is null then stream_created else p_stream_created end,
    sequence = coalesce(p_sequence, sequence),
    event_id = case when p_position > position then p_event_id else event_id end,
    position = greatest(position, p_position),
    updated_at = clock_timestamp()
  where consumer = p_consumer;

  if p_position is not null then
    delete from consumer_streams known
    where consumer = p_consumer
      and not exists (
        select from consumer_parked p where p.consumer = known.consumer and p.tenant = known.tenant and p.stream_id = known.stream_id
      )
      and version <= (
        select version from events e
        where e.tenant = known.tenant and e.stream_id = known.stream_id and e.position <= p_position
        order by version desc limit 1
      );
  end if;
end
$$;

revoke all on function sluice.consumer_save(text, jsonb, integer, text, bigint, bigint, uuid) from public;
grant execute on function sluice.consumer_save(text, jsonb, integer, text, bigint, bigint, uuid) to sluice_projector, sluice_coordinator, sluice_notification, sluice_billing;
