-- migrate:up
create schema if not exists sluice;
grant usage on schema sluice to sluice_api, sluice_relay, sluice_projector, sluice_operator;

-- The order of all events of all streams. CACHE 1: a cached range would let one connection commit far behind another.
create sequence sluice.events_position_seq as bigint cache 1;

create table sluice.streams (
  tenant text collate "C" not null,
  stream_id text collate "C" not null,
  version integer not null constraint streams_version_counts_from_one check (version >= 1),
  constraint streams_pkey primary key (tenant, stream_id)
) with (fillfactor = 85);
comment on table sluice.streams is 'Head version of every stream; its row is the lock of an append.';

create table sluice.events (
  position bigint not null constraint events_pkey primary key,
  tenant text collate "C" not null,
  stream_id text collate "C" not null,
  version integer not null,
  event_id uuid not null,
  type text collate "C" not null,
  schema_version smallint not null,
  data jsonb not null,
  metadata jsonb not null,
  recorded_at timestamptz not null,
  constraint events_one_per_version unique (tenant, stream_id, version)
);
comment on table sluice.events is 'What happened, forever. Only sluice.append inserts; nothing updates or deletes.';

create table sluice.idempotency (
  tenant text collate "C" not null,
  scope text collate "C" not null,
  key text collate "C" not null,
  hash text not null,
  command_id uuid not null,
  stream_id text collate "C" not null,
  version integer not null,
  expires_at timestamptz not null,
  constraint idempotency_one_effect_per_key primary key (tenant, scope, key)
);
create index idempotency_expires_at on sluice.idempotency (expires_at) where expires_at < 'infinity';
comment on table sluice.idempotency is
  'One row per accepted command and key: which stream and version it produced. Natural keys (usage ids) live here too and never expire.';

create table sluice.snapshots (
  tenant text collate "C" not null,
  stream_id text collate "C" not null,
  version integer not null,
  fold_version integer not null,
  state jsonb not null,
  constraint snapshots_pkey primary key (tenant, stream_id)
);
comment on table sluice.snapshots is 'A fold saved at a version, so that long streams load fast. Safe to empty at any time.';

-- A ring of partitions by position: one wholly below the relay's floor is truncated, so an old snapshot held by somebody cannot bloat it.
create table sluice.outbox (
  slot smallint not null,
  position bigint not null,
  subject text collate "C" not null
) partition by list (slot);
create index outbox_position on sluice.outbox (position);
create table sluice.outbox_0 partition of sluice.outbox for values in (0);
create table sluice.outbox_1 partition of sluice.outbox for values in (1);
create table sluice.outbox_2 partition of sluice.outbox for values in (2);
create table sluice.outbox_3 partition of sluice.outbox for values in (3);
create table sluice.outbox_4 partition of sluice.outbox for values in (4);
create table sluice.outbox_5 partition of sluice.outbox for values in (5);
create table sluice.outbox_6 partition of sluice.outbox for values in (6);
create table sluice.outbox_7 partition of sluice.outbox for values in (7);
comment on table sluice.outbox is 'Events to publish: position and subject only. Slot = (position / 65536) mod 8.';

grant select on sluice.events_position_seq to sluice_relay, sluice_projector, sluice_operator, sluice_api;
grant select on sluice.events, sluice.streams to sluice_api, sluice_relay, sluice_projector, sluice_operator;
grant select on sluice.outbox to sluice_relay, sluice_operator;
grant select on sluice.idempotency, sluice.snapshots to sluice_operator;

-- The second wall: the API sees one tenant at a time; services that serve all tenants see all.
alter table sluice.events enable row level security;
create policy one_tenant on sluice.events for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.events for select to sluice_relay, sluice_projector, sluice_operator using (true);
alter table sluice.streams enable row level security;
create policy one_tenant on sluice.streams for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.streams for select to sluice_relay, sluice_projector, sluice_operator using (true);

-- migrate:down
drop table sluice.outbox, sluice.snapshots, sluice.idempotency, sluice.events, sluice.streams cascade;
drop sequence sluice.events_position_seq cascade;
