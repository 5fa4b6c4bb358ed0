-- A stored event as CloudEvents 1.0 JSON, spliced from its columns: the same document as toCloudEvent in
-- contracts/src/event/event.cloud-event.ts; a test holds them together.
create or replace function sluice.cloud_event(e sluice.events) returns text
language sql stable
as $$
  select '{"specversion":"1.0","id":"' || e.event_id
    || '","source":"/sluice","type":"sluice.' || e.type || '.v' || e.schema_version
    || '","subject":' || to_json(e.stream_id)
    || ',"time":"' || to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    || '","datacontenttype":"application/json","tenant":' || to_json(e.tenant)
    || ',"streamversion":' || e.version
    || ',"position":' || e.position
    || ',"actor":' || coalesce(e.metadata -> 'actor', 'null')
    || ',"correlationid":' || coalesce(e.metadata -> 'correlationId', 'null')
    || ',"causationid":' || coalesce(e.metadata -> 'causationId', 'null')
    || coalesce(',"traceparent":' || (e.metadata -> 'traceparent')::text, '')
    || ',"data":' || e.data || '}'
$$;

revoke all on function sluice.cloud_event(sluice.events) from public;
grant execute on function sluice.cloud_event(sluice.events) to sluice_relay, sluice_notification;
