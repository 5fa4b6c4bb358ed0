-- $1 sessions that are opened and report $2 usages each, in the order in which work side by side would have mixed them: all are opened,
-- then each reports one usage after the other. Heads, events and outbox rows are as sluice.append leaves them. Ids are UUIDv7.
with stream as materialized (
  select number, 'session-' || uuidv7() as stream_id from generate_series(1, $1::integer) number
), head as (
  insert into sluice.streams (tenant, stream_id, version) select 'bench', stream_id, $2::integer + 1 from stream
), ordered as (
  select stream_id, version, case version when 1 then 'session.opened' else 'session.usage-recorded' end as type,
    case version
      when 1 then '{"role": "engineer", "taskId": null, "metadata": {}}'::jsonb
      else jsonb_build_object('usageId', version::text, 'meter', (array['tokens.input', 'tokens.output'])[version % 2 + 1],
        'quantity', 100 + (number * 7 + version) % 5000, 'model', (array['small', 'middle', 'large'])[number % 3 + 1],
        'at', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    end as data, uuidv7() as event_id
  from stream, generate_series(1, $2::integer + 1) version
  order by version, number
), written as (
  insert into sluice.events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
  select nextval('sluice.events_position_seq'), 'bench', stream_id, version, event_id, type, 1, data,
    jsonb_build_object(
      'actor', '{"kind": "service", "id": "bench", "roles": ["engineer"]}'::jsonb,
      'correlationId', event_id, 'causationId', event_id),
    date_trunc('milliseconds', clock_timestamp())
  from ordered
  returning position, tenant, stream_id, type
)
insert into sluice.outbox (slot, position, subject)
select (position >> 16) & 7, position, sluice.event_subject(tenant, type, stream_id)
from written
