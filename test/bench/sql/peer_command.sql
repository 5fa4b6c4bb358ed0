-- One command, one durable transaction: stream head, event, idempotency key and outbox row. The ids are UUIDv7, as
-- Sluice's are, so that the indexes grow at their right end here too; data and metadata have the same size.
with stream as (
  insert into peer.streams (tenant, stream_id, version) values ('bench', 'session-' || uuidv7(), 1) returning stream_id
), event as (
  insert into peer.events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
  select nextval('peer.events_position_seq'), 'bench', stream_id, 1, uuidv7(), 'session.opened', 1,
    '{"role": "engineer", "taskId": null, "metadata": {"title": "A session of the bench"}}'::jsonb,
    '{"actor": {"kind": "service", "id": "bench", "roles": ["engineer"]}, "correlationId": "0197a1d2-3c4b-7def-8123-456789abcdef", "causationId": "0197a1d2-3c4b-7def-8123-456789abcdef"}'::jsonb,
    clock_timestamp()
  from stream
  returning position, stream_id
), key as (
  insert into peer.idempotency (tenant, scope, key, hash, command_id, stream_id, version, expires_at)
  select 'bench', 'bench', uuidv7()::text, md5(stream_id) || md5(stream_id), uuidv7(), stream_id, 1, clock_timestamp() + interval '1 day'
  from stream
)
insert into peer.outbox (slot, position, subject)
select (position >> 16) & 7, position, 'evt.bench.session.opened.' || (position & 63) from event;
