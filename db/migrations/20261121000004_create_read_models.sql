-- migrate:up
-- A row of sessions and approvals is the fold of its stream: view is what the API answers, fold what the state holds
-- beside it; together they are the state, so the next event is applied to the row alone. The columns to search by are
-- derived from the view and cannot differ from it; created_at is written beside it, because a cast to timestamptz is not
-- immutable.
create table sluice.sessions (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  view jsonb not null,
  fold jsonb not null,
  role text collate "C" not null generated always as (view ->> 'role') stored,
  status text collate "C" not null generated always as (view ->> 'status') stored,
  created_at timestamptz not null,
  constraint sessions_pkey primary key (tenant, id)
) with (fillfactor = 80);
create index sessions_newest on sluice.sessions (tenant, created_at);
create index sessions_newest_by_role on sluice.sessions (tenant, role, created_at);
create index sessions_newest_by_status on sluice.sessions (tenant, status, created_at);

create table sluice.approvals (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  view jsonb not null,
  fold jsonb not null,
  status text collate "C" not null generated always as (view ->> 'status') stored,
  subject_type text collate "C" not null generated always as (view -> 'subject' ->> 'type') stored,
  subject_id text collate "C" not null generated always as (view -> 'subject' ->> 'id') stored,
  required jsonb not null generated always as (view -> 'required') stored,
  created_at timestamptz not null,
  constraint approvals_pkey primary key (tenant, id)
) with (fillfactor = 80);
create index approvals_newest on sluice.approvals (tenant, created_at);
create index approvals_newest_by_status on sluice.approvals (tenant, status, created_at);
create index approvals_newest_by_subject on sluice.approvals (tenant, subject_id, subject_type, created_at);
create index approvals_required on sluice.approvals using gin (required jsonb_path_ops);

-- Every event of every category; what it says is read from sluice.events.
create table sluice.audit (
  tenant text collate "C" not null,
  position bigint not null,
  event_id uuid not null,
  stream_id text collate "C" not null,
  version integer not null,
  type text collate "C" not null,
  actor_id text collate "C" not null,
  correlation_id text collate "C" not null,
  recorded_at timestamptz not null,
  constraint audit_pkey primary key (tenant, position)
);
-- Numbers are cheaper to keep sorted than texts, and this table takes a row per event. Streams are found in events_one_per_version;
-- time grows with position, all but the seconds of a transaction, which is what BRIN is made for.
create index audit_by_correlation on sluice.audit (hashtextextended(correlation_id, 0), position);
create index audit_by_actor on sluice.audit (hashtextextended(actor_id, 0), position);
create index audit_by_time on sluice.audit using brin (recorded_at) with (pages_per_range = 16, autosummarize = on);

grant select, insert, update, delete on sluice.sessions, sluice.approvals, sluice.audit to sluice_projector;
grant select on sluice.sessions, sluice.approvals, sluice.audit to sluice_api, sluice_operator;

alter table sluice.sessions enable row level security;
create policy one_tenant on sluice.sessions for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.sessions to sluice_projector, sluice_operator using (true) with check (true);
alter table sluice.approvals enable row level security;
create policy one_tenant on sluice.approvals for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.approvals to sluice_projector, sluice_operator using (true) with check (true);
alter table sluice.audit enable row level security;
create policy one_tenant on sluice.audit for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.audit to sluice_projector, sluice_operator using (true) with check (true);

-- migrate:down
drop table sluice.audit, sluice.approvals, sluice.sessions cascade;
