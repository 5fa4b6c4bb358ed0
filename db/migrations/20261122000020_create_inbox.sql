-- migrate:up
-- What somebody must act on or should know: one row per event, rule and audience, under an id that follows from the three.
create table sluice.notifications (
  tenant text collate "C" not null,
  id uuid not null,
  rule text collate "C" not null,
  audience_kind text collate "C" not null,
  audience_id text collate "C" not null,
  title text not null,
  body text,
  subject text collate "C" not null,
  path text,
  event_id uuid not null,
  event_type text collate "C" not null,
  position bigint not null,
  -- An action is wanted until something under this key (or under a key that this one begins) is settled; null: none is.
  settle_key text collate "C",
  settled_at timestamptz,
  needs_action boolean not null generated always as (settle_key is not null and settled_at is null) stored,
  created_at timestamptz not null,
  constraint notifications_pkey primary key (tenant, id),
  constraint notifications_audience check (audience_kind in ('role', 'actor')),
  constraint notifications_settle_what_wants_action check (settled_at is null or settle_key is not null)
) with (fillfactor = 90);
create index notifications_newest on sluice.notifications (tenant, audience_kind, audience_id, created_at, id);
create index notifications_open on sluice.notifications (tenant, audience_kind, audience_id, created_at, id) where needs_action;
create index notifications_settling on sluice.notifications (tenant, settle_key) where needs_action;

-- What one person (<kind>/<id>) did with one notification; put away is read too. Follows from a stream of its own, and may be
-- here before the notification.
create table sluice.notification_marks (
  tenant text collate "C" not null,
  actor text collate "C" not null,
  notification_id uuid not null,
  read_at timestamptz not null,
  archived_at timestamptz,
  constraint notification_marks_pkey primary key (tenant, actor, notification_id)
) with (fillfactor = 80);

-- The little of a stream that its later notifications need; gone when nothing can follow any more.
create table sluice.notification_memory (
  tenant text collate "C" not null,
  stream_id text collate "C" not null,
  memory jsonb not null,
  constraint notification_memory_pkey primary key (tenant, stream_id)
) with (fillfactor = 70);

grant select, insert, update, delete on sluice.notifications, sluice.notification_marks, sluice.notification_memory
  to sluice_notification;
grant select on sluice.notifications, sluice.notification_marks to sluice_api;
grant select on sluice.notifications, sluice.notification_marks, sluice.notification_memory to sluice_operator;

-- The second wall: the API sees one tenant at a time.
alter table sluice.notifications enable row level security;
create policy one_tenant on sluice.notifications for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.notifications to sluice_notification, sluice_operator using (true) with check (true);
alter table sluice.notification_marks enable row level security;
create policy one_tenant on sluice.notification_marks for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.notification_marks to sluice_notification, sluice_operator using (true) with check (true);

-- migrate:down
drop table sluice.notification_memory, sluice.notification_marks, sluice.notifications cascade;
