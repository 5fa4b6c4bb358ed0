-- migrate:up
grant usage on schema sluice to sluice_notification;
grant select on sluice.events_position_seq, sluice.events, sluice.streams, sluice.leases, sluice.relay_state,
  sluice.relay_incarnations to sluice_notification;
create policy notification on sluice.events for select to sluice_notification using (true);
create policy notification on sluice.streams for select to sluice_notification using (true);
grant select, insert, update, delete on sluice.consumers, sluice.consumer_streams, sluice.consumer_attempts,
  sluice.consumer_parked to sluice_notification;
grant select, insert on sluice.consumer_skipped, sluice.consumer_dead to sluice_notification;

-- As sluice.sessions: view and fold are the state, columns to search by follow from the view.
create table sluice.subscriptions (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  view jsonb not null,
  fold jsonb not null,
  status text collate "C" not null generated always as (view ->> 'status') stored,
  created_at timestamptz not null,
  constraint subscriptions_pkey primary key (tenant, id)
) with (fillfactor = 80);
create index subscriptions_newest on sluice.subscriptions (tenant, created_at);

-- Signing secrets, sealed (AES-256-GCM) under the key of that name; written by the API before the event that names the secret,
-- so that one without an event may be left of a command that failed.
create table sluice.webhook_secrets (
  tenant text collate "C" not null,
  subscription_id text collate "C" not null,
  secret_id uuid not null,
  key_name text collate "C" not null,
  sealed bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint webhook_secrets_pkey primary key (tenant, subscription_id, secret_id)
);

-- "Who was to get the events at this position?": one row per stretch of the log in which a subscription wanted the same types.
create table sluice.subscription_spans (
  tenant text collate "C" not null,
  subscription_id text collate "C" not null,
  after_position bigint not null,
  until_position bigint,
  types text[] collate "C" not null,
  constraint subscription_spans_pkey primary key (tenant, subscription_id, after_position),
  constraint subscription_spans_end_after_they_begin check (until_position > after_position)
);
create unique index subscription_spans_one_open on sluice.subscription_spans (tenant, subscription_id) where until_position is null;
create index subscription_spans_ended on sluice.subscription_spans (tenant, until_position) where until_position is not null;
comment on table sluice.subscription_spans is
  'A subscription gets the events with after_position < position <= until_position (null: no end yet) whose type one of types matches.';

-- One row per subscription: where it delivers, how its secret is named, and when the next delivery is due.
create table sluice.webhook_endpoints (
  tenant text collate "C" not null,
  subscription_id text collate "C" not null,
  version integer not null,
  status text collate "C" not null,
  endpoint text not null,
  strict_order boolean not null,
  secret_id uuid not null,
  previous_secret_id uuid,
  previous_until timestamptz,
  -- The fold of the subscription's events, from which the columns before are taken.
  state jsonb not null default '{}',
  -- Since when every attempt has failed; null: the last one succeeded.
  failing_since timestamptz,
  -- When to look for work, never later than there is some; null: there is none, or it is all under way.
  due_at timestamptz,
  constraint webhook_endpoints_pkey primary key (tenant, subscription_id),
  constraint webhook_endpoints_status check (status in ('active', 'paused', 'disabled', 'deleted'))
) with (fillfactor = 70);
create index webhook_endpoints_due on sluice.webhook_endpoints (due_at) where status = 'active' and due_at is not null;

create table sluice.deliveries (
  tenant text collate "C" not null,
  id uuid not null,
  subscription_id text collate "C" not null,
  event_id uuid not null,
  position bigint not null,
  type text collate "C" not null,
  stream_id text collate "C" not null,
  status text collate "C" not null default 'pending',
  -- Attempts begun, over all redeliveries; and those of the schedule that runs now.
  attempts integer not null default 0,
  tries integer not null default 0,
  next_at timestamptz not null default clock_timestamp(),
  -- Who has it under way, and until when nobody else takes it.
  leased_by text,
  leased_until timestamptz,
  -- When the event was recorded.
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  dead_reason text,
  constraint deliveries_pkey primary key (tenant, id),
  constraint deliveries_status check (status in ('pending', 'delivered', 'dead')),
  constraint deliveries_end_once check ((status = 'pending') = (ended_at is null)),
  constraint deliveries_leased_by_somebody check ((leased_by is null) = (leased_until is null))
) with (fillfactor = 70);
create index deliveries_pending on sluice.deliveries (tenant, subscription_id, next_at) where status = 'pending';
create index deliveries_in_order on sluice.deliveries (tenant, subscription_id, position) where status = 'pending';
create index deliveries_dead on sluice.deliveries (tenant, subscription_id, position) where status = 'dead';
create index deliveries_newest on sluice.deliveries (tenant, subscription_id, position);

create table sluice.delivery_attempts (
  tenant text collate "C" not null,
  delivery_id uuid not null,
  attempt integer not null,
  started_at timestamptz not null,
  outcome text collate "C" not null,
  response_status integer,
  latency_ms integer,
  error text,
  answer text,
  constraint delivery_attempts_pkey primary key (tenant, delivery_id, attempt)
);

grant select, insert, update, delete on sluice.subscriptions, sluice.subscription_spans, sluice.webhook_endpoints, sluice.deliveries,
  sluice.delivery_attempts to sluice_notification;
grant select, delete on sluice.webhook_secrets to sluice_notification;
grant select on sluice.subscriptions, sluice.deliveries, sluice.delivery_attempts to sluice_api;
grant select on sluice.subscriptions, sluice.subscription_spans, sluice.webhook_endpoints, sluice.deliveries, sluice.delivery_attempts
  to sluice_operator;

-- The second wall: the API sees one tenant at a time.
alter table sluice.subscriptions enable row level security;
create policy one_tenant on sluice.subscriptions for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.subscriptions to sluice_notification, sluice_operator using (true) with check (true);
alter table sluice.deliveries enable row level security;
create policy one_tenant on sluice.deliveries for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.deliveries to sluice_notification, sluice_operator using (true) with check (true);
alter table sluice.delivery_attempts enable row level security;
create policy one_tenant on sluice.delivery_attempts for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.delivery_attempts to sluice_notification, sluice_operator using (true) with check (true);

-- migrate:down
drop policy notification on sluice.events;
drop policy notification on sluice.streams;
drop table sluice.delivery_attempts, sluice.deliveries, sluice.webhook_endpoints, sluice.subscription_spans, sluice.webhook_secrets,
  sluice.subscriptions cascade;
revoke select on sluice.events_position_seq, sluice.events, sluice.streams, sluice.leases, sluice.relay_state,
  sluice.relay_incarnations from sluice_notification;
revoke all on sluice.consumers, sluice.consumer_streams, sluice.consumer_attempts, sluice.consumer_parked,
  sluice.consumer_skipped, sluice.consumer_dead from sluice_notification;
revoke usage on schema sluice from sluice_notification;
