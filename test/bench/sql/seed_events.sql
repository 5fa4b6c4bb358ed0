-- $1 sessions of three events and $1 approvals of two, in the order in which ordinary work would have mixed them: 500 of
-- each are opened, then they move on, then the next. Heads, events and outbox rows are as sluice.append leaves them; `keys` also fills
-- the idempotency table. Ids are UUIDv7.
with stream as materialized (
  select number, category, category || '-' || uuidv7() as stream_id
  from generate_series(1, $1::integer) number, unnest(array['session', 'approval']) category
), script (category, version, type, data) as (
  values
    ('session', 1, 'session.opened', '{"role": "engineer", "taskId": null, "metadata": {"title": "A session of the bench"}}'::jsonb),
    ('session', 2, 'session.activated', '{"reason": null}'),
    ('session', 3, 'session.completed', '{"reason": "done"}'),
    ('approval', 1, 'approval.requested', '{"subject": {"type": "custom", "id": "bench"}, "required": [{"roles": ["engineer"], "count": 1}],
      "preventSelfReview": true, "reason": null, "links": [], "contentHash": null, "expiresAt": null, "escalation": null, "remindEvery": null,
      "requestedBy": {"kind": "service", "id": "bench", "roles": ["engineer"]}}'),
    ('approval', 2, 'approval.cancelled', '{"reason": "withdrawn"}')
), head as (
  insert into sluice.streams (tenant, stream_id, version)
  select 'bench', stream_id, case category when 'session' then 3 else 2 end from stream
), ordered as (
  select stream_id, version, type, data, uuidv7() as event_id
  from stream join script using (category)
  order by (number - 1) / 500, version, number
), written as (
  insert into sluice.events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
  select nextval('sluice.events_position_seq'), 'bench', stream_id, version, event_id, type,
    case type when 'approval.requested' then 2 else 1 end, data,
    jsonb_build_object(
      'actor', '{"kind": "service", "id": "bench", "roles": ["engineer"]}'::jsonb,
      'correlationId', event_id, 'causationId', event_id),
    date_trunc('milliseconds', clock_timestamp())
  from ordered
  returning position, tenant, stream_id, version, event_id, type
), key as (
  insert into sluice.idempotency (tenant, scope, key, hash, command_id, stream_id, version, expires_at)
  select tenant, 'service:bench', event_id::text, repeat(md5(stream_id), 2), event_id, stream_id, version, now() + interval '1 day'
  from written
  where $2::boolean
)
insert into sluice.outbox (slot, position, subject)
select (position >> 16) & 7, position, sluice.event_subject(tenant, type, stream_id)
from written
where $3::boolean
