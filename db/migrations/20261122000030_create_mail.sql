-- migrate:up
-- As sluice.sessions: view and fold are the state; view has createdAt beside what is read.
create table sluice.preferences (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  view jsonb not null,
  fold jsonb not null,
  created_at timestamptz not null,
  constraint preferences_pkey primary key (tenant, id)
) with (fillfactor = 80);

-- One row per e-mail: a notification at once, or an owner's digest of one day.
create table sluice.mails (
  tenant text collate "C" not null,
  id uuid not null,
  kind text collate "C" not null,
  owner_kind text collate "C" not null,
  owner_id text collate "C" not null,
  preference_id text collate "C" not null,
  status text collate "C" not null default 'pending',
  due_at timestamptz not null,
  -- When to look: when it is due or tried again; while it is under way, when nobody waits for its holder any more.
  next_at timestamptz not null,
  -- Begun, the one under way among them.
  attempts integer not null default 0,
  leased_by text,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  error text,
  constraint mails_pkey primary key (tenant, id),
  constraint mails_kind check (kind in ('immediate', 'digest')),
  constraint mails_status check (status in ('pending', 'sent', 'dead', 'dropped')),
  constraint mails_end_once check ((status = 'pending') = (ended_at is null)),
  constraint mails_leased_while_pending check (leased_by is null or status = 'pending')
) with (fillfactor = 70);
create index mails_next on sluice.mails (next_at) where status = 'pending';
create index mails_overdue on sluice.mails (due_at) where status = 'pending';
create index mails_dead on sluice.mails (ended_at) where status = 'dead';
comment on table sluice.mails is
  'dropped: when it was to be sent nobody wanted it any more, or nothing of it was still so. preference_id: the stream that says where it goes. error: of the last attempt that failed, or why it was dropped.';

create table sluice.mail_items (
  tenant text collate "C" not null,
  notification_id uuid not null,
  mail_id uuid not null,
  constraint mail_items_one_mail_per_notification primary key (tenant, notification_id)
);
create index mail_items_of_mail on sluice.mail_items (tenant, mail_id);

grant select, insert, update, delete on sluice.preferences, sluice.mails, sluice.mail_items to sluice_notification;
grant select on sluice.preferences to sluice_api;
grant select on sluice.preferences, sluice.mails, sluice.mail_items to sluice_operator;

-- The second wall: the API sees one tenant at a time.
alter table sluice.preferences enable row level security;
create policy one_tenant on sluice.preferences for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.preferences to sluice_notification, sluice_operator using (true) with check (true);

-- migrate:down
drop table sluice.mail_items, sluice.mails, sluice.preferences cascade;
