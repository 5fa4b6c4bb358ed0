-- migrate:up
create table sluice.consumers (
  consumer text collate "C" not null constraint consumers_pkey primary key,
  incarnation integer not null default 0,
  stream_created text,
  sequence bigint not null default 0,
  position bigint not null default 0,
  event_id uuid,
  running boolean not null default false,
  updated_at timestamptz not null default clock_timestamp()
) with (fillfactor = 20);
comment on table sluice.consumers is
  'Checkpoint of every consumer: sequence counts in the JetStream stream made at stream_created; every event up to position is handled. running stays true when its process ends uncleanly.';

create table sluice.consumer_streams (
  consumer text collate "C" not null,
  tenant text collate "C" not null,
  stream_id text collate "C" not null,
  version integer not null,
  constraint consumer_streams_pkey primary key (consumer, tenant, stream_id)
) with (fillfactor = 85);
comment on table sluice.consumer_streams is 'Up to which version a consumer has applied a stream: what makes every repeat harmless.';

create table sluice.consumer_attempts (
  consumer text collate "C" not null,
  tenant text collate "C" not null,
  stream_id text collate "C" not null,
  version integer not null,
  attempts integer not null,
  error text,
  constraint consumer_attempts_pkey primary key (consumer, tenant, stream_id, version)
);
comment on table sluice.consumer_attempts is
  'Attempts to apply an event, committed before each of them, so that one that ends the process counts too.';

create table sluice.consumer_parked (
  consumer text collate "C" not null,
  tenant text collate "C" not null,
  stream_id text collate "C" not null,
  version integer not null,
  queued_version integer not null,
  position bigint not null,
  event_id uuid not null,
  type text not null,
  attempts integer not null,
  error text not null,
  parked_at timestamptz not null default clock_timestamp(),
  released_at timestamptz,
  released_by text,
  constraint consumer_parked_pkey primary key (consumer, tenant, stream_id),
  constraint consumer_parked_queue_begins_with_poison check (queued_version >= version)
);
comment on table sluice.consumer_parked is
  'Streams that stand still since an event failed; the events up to queued_version wait behind it, in sluice.events. A released one is drained in order by the running consumer and then leaves this table.';

create table sluice.consumer_skipped (
  consumer text collate "C" not null,
  tenant text collate "C" not null,
  stream_id text collate "C" not null,
  version integer not null,
  position bigint not null,
  event_id uuid not null,
  type text not null,
  error text not null,
  skipped_by text not null,
  reason text not null,
  skipped_at timestamptz not null default clock_timestamp(),
  constraint consumer_skipped_pkey primary key (consumer, tenant, stream_id, version)
);
comment on table sluice.consumer_skipped is 'Events that were never applied, who decided so and why. verify keeps showing them.';

create table sluice.consumer_dead (
  consumer text collate "C" not null,
  stream_created text not null,
  sequence bigint not null,
  subject text not null,
  error text not null,
  payload text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint consumer_dead_pkey primary key (consumer, stream_created, sequence)
);
comment on table sluice.consumer_dead is 'Messages that name no event of any stream, so that nothing could be parked. payload is cut at 10,240 characters.';

grant select, insert, update, delete on sluice.consumers, sluice.consumer_streams, sluice.consumer_attempts, sluice.consumer_parked
  to sluice_projector;
grant select, insert on sluice.consumer_skipped, sluice.consumer_dead to sluice_projector;
grant select on sluice.consumers, sluice.consumer_streams, sluice.consumer_attempts, sluice.consumer_parked,
  sluice.consumer_skipped, sluice.consumer_dead to sluice_operator;

-- migrate:down
drop table sluice.consumer_dead, sluice.consumer_skipped, sluice.consumer_parked, sluice.consumer_attempts,
  sluice.consumer_streams, sluice.consumers cascade;
