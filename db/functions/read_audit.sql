-- A page of the audit (array of AuditEntry), newest first. Filters that are null do not filter.
--   p_subject: a stream id    p_from: inclusive    p_to: exclusive    p_before_position: of the last entry of the page before
create or replace function sluice.read_audit(
  p_tenant text, p_correlation_id text, p_actor text, p_subject text, p_from timestamptz, p_to timestamptz, p_limit integer,
  p_before_position bigint
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
-- Each filter has its own index, which only a plan made for the values at hand can choose.
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
        order by e.position desc
      ), '[]')
    from (
      select a.position from audit a
      where a.tenant = p_tenant
        and (
          p_correlation_id is null
          or (hashtextextended(a.correlation_id, 0) = hashtextextended(p_correlation_id, 0) and a.correlation_id = p_correlation_id)
        )
        and (p_actor is null or (hashtextextended(a.actor_id, 0) = hashtextextended(p_actor, 0) and a.actor_id = p_actor))
        and (
          p_subject is null
          or a.position in (select s.position from events s where s.tenant = p_tenant and s.stream_id = p_subject)
        )
        and (p_from is null or a.recorded_at >= p_from)
        and (p_to is null or a.recorded_at < p_to)
        and (p_before_position is null or a.position < p_before_position)
      order by a.position desc
      limit p_limit
    ) page,
    lateral (select events.* from events where events.position = page.position limit 1) e
  );
end
$$;

revoke all on function sluice.read_audit(text, text, text, text, timestamptz, timestamptz, integer, bigint) from public;
grant execute on function sluice.read_audit(text, text, text, text, timestamptz, timestamptz, integer, bigint) to sluice_api;
