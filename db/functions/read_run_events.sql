-- Events of one stream (array of AuditEntry), from the log alone. Filters that are null do not filter.
--   p_stream_id: for example run-0197…    p_types: event types
--   p_after_version: exclusive; null: from the first    p_up_to_version: inclusive, so that the answer fits a row that has been read
--   p_newest_first: the order, and from which end p_limit counts
create or replace function sluice.read_run_events(
  p_tenant text, p_stream_id text, p_types text[], p_after_version integer, p_up_to_version integer, p_limit integer,
  p_newest_first boolean
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
-- Statistics of a table that has just been empty must not make it read whole; the order is one of the key either way.
set enable_seqscan = off
set plan_cache_mode = force_custom_plan
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'position', e.position, 'eventId', e.event_id, 'type', e.type, 'subject', e.stream_id, 'version', e.version,
          'time', to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'actor', e.metadata -> 'actor',
          'correlationId', e.metadata -> 'correlationId', 'causationId', e.metadata -> 'causationId', 'data', e.data
        )
        order by case when p_newest_first then -e.version else e.version end
      ), '[]')
    from (
      (
        select events.* from events
        where not p_newest_first and tenant = p_tenant and stream_id = p_stream_id
          and version > coalesce(p_after_version, 0) and version <= p_up_to_version and (p_types is null or type = any (p_types))
        order by version limit p_limit
      )
      union all
      (
        select events.* from events
        where p_newest_first and tenant = p_tenant and stream_id = p_stream_id
          and version > coalesce(p_after_version, 0) and version <= p_up_to_version and (p_types is null or type = any (p_types))
        order by version desc limit p_limit
      )
    ) e
  );
end
$$;

revoke all on function sluice.read_run_events(text, text, text[], integer, integer, integer, boolean) from public;
grant execute on function sluice.read_run_events(text, text, text[], integer, integer, integer, boolean) to sluice_api;
