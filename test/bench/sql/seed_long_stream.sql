-- One session $1 with $2 events: opened, then usage reported again and again.
with head as (
  insert into sluice.streams (tenant, stream_id, version) values ('bench', 'session-' || $1::text, $2::integer)
)
insert into sluice.events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
select nextval('sluice.events_position_seq'), 'bench', 'session-' || $1::text, version, uuidv7(),
  case version when 1 then 'session.opened' else 'session.usage-recorded' end, 1,
  case version
    when 1 then '{"role": "engineer", "taskId": null, "metadata": {}}'::jsonb
    else jsonb_build_object('usageId', version::text, 'meter', 'tokens.input', 'quantity', 100, 'model', null, 'at', '2026-01-01T00:00:00.000Z')
  end,
  '{"actor": {"kind": "service", "id": "bench", "roles": ["engineer"]}, "correlationId": "seed", "causationId": "seed"}',
  date_trunc('milliseconds', clock_timestamp())
from generate_series(1, $2::integer) version
order by version
