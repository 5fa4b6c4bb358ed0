-- Gives up the event that parked a stream, for ever, and lets the stream go on with the next one. Who and why are kept.
-- False: the stream is not parked at that version, or was released already.
create or replace function sluice.parked_skip(
  p_consumer text, p_tenant text, p_stream_id text, p_version integer, p_by text, p_reason text
) returns boolean
language plpgsql volatile security definer
set search_path = sluice, pg_temp
as $$
begin
  if coalesce(trim(p_by), '') = '' or coalesce(trim(p_reason), '') = '' then
    raise exception 'Skipping an event needs who and why' using errcode = 'invalid_parameter_value';
  end if;
  perform 1 from consumer_parked
  where consumer = p_consumer and tenant = p_tenant and stream_id = p_stream_id and version = p_version and released_at is null
  for update;
  if not found then
    return false;
  end if;
  insert into consumer_skipped (consumer, tenant, stream_id, version, position, event_id, type, error, skipped_by, reason)
  select consumer, tenant, stream_id, version, position, event_id, type, error, p_by, p_reason from consumer_parked
  where consumer = p_consumer and tenant = p_tenant and stream_id = p_stream_id;
  insert into consumer_streams (consumer, tenant, stream_id, version) values (p_consumer, p_tenant, p_stream_id, p_version)
  on conflict (consumer, tenant, stream_id) do update set version = excluded.version;
  return parked_release(p_consumer, p_tenant, p_stream_id, p_by);
end
$$;

revoke all on function sluice.parked_skip(text, text, text, integer, text, text) from public;
grant execute on function sluice.parked_skip(text, text, text, integer, text, text) to sluice_operator;
