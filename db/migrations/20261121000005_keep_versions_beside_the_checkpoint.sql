-- migrate:up
-- The checkpoint says how far a stream is applied; only what stands elsewhere needs a row (consumer_version).
delete from sluice.consumer_streams known
where not exists (
  select from sluice.consumer_parked p
  where p.consumer = known.consumer and p.tenant = known.tenant and p.stream_id = known.stream_id
);
comment on table sluice.consumer_streams is
  'Streams that a consumer has applied further than its checkpoint or its parking place says, and how far.';
drop function if exists sluice.consumer_advance(
  text, bigint, text, text[], text[], integer[], integer[], bigint[], uuid[], integer, text, bigint
);
drop function if exists sluice.consumer_begin(text, bigint, text, jsonb, jsonb);

-- migrate:down
insert into sluice.consumer_streams (consumer, tenant, stream_id, version)
select consumer, tenant, stream_id, sluice.consumer_version(consumer, tenant, stream_id)
from sluice.consumers, sluice.streams
where sluice.consumer_version(consumer, tenant, stream_id) > 0
on conflict (consumer, tenant, stream_id) do update set version = excluded.version;
comment on table sluice.consumer_streams is 'Up to which version a consumer has applied a stream: what makes every repeat harmless.';
