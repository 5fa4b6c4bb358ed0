-- migrate:up
-- A run is the fold of its stream, as sessions and approvals are; its phases are derived from the same state, a row each, so that
-- they can be listed across runs. Indexes for lists are partial, as in keep_lists_apart_from_keys.
create table sluice.runs (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  view jsonb not null,
  fold jsonb not null,
  status text collate "C" not null generated always as (view ->> 'status') stored,
  workflow text collate "C" not null generated always as (view -> 'workflow' ->> 'name') stored,
  created_at timestamptz not null,
  constraint runs_pkey primary key (tenant, id)
) with (fillfactor = 80);
create index runs_newest on sluice.runs (tenant, created_at) where version > 0;
create index runs_newest_by_status on sluice.runs (tenant, status, created_at) where version > 0;
create index runs_newest_by_workflow on sluice.runs (tenant, workflow, created_at) where version > 0;

create table sluice.phases (
  tenant text collate "C" not null,
  id text collate "C" not null,
  key text collate "C" not null,
  view jsonb not null,
  place integer not null generated always as ((view -> 'order')::integer) stored,
  status text collate "C" not null generated always as (view ->> 'status') stored,
  workflow text collate "C" not null generated always as (view ->> 'workflow') stored,
  blocked boolean not null generated always as (view ->> 'blocked' is not null) stored,
  waiting_roles jsonb not null generated always as (jsonb_path_query_array(view, '$.waiting[*].roles[*]')) stored,
  created_at timestamptz not null,
  constraint phases_pkey primary key (tenant, id, key)
) with (fillfactor = 80);
comment on table sluice.phases is
  'Parts of runs: id is the run''s and key the phase''s. Written where they change; created_at is the run''s. What changes for all of them at once, the run''s status, is joined when they are read.';
create index phases_newest on sluice.phases (tenant, created_at) where place > 0;
create index phases_newest_by_status on sluice.phases (tenant, status, created_at) where place > 0;
create index phases_newest_by_workflow on sluice.phases (tenant, workflow, created_at) where place > 0;
create index phases_blocked on sluice.phases (tenant, created_at) where blocked;
create index phases_waiting on sluice.phases (tenant, created_at) where waiting_roles <> '[]';

grant select, insert, update, delete on sluice.runs, sluice.phases to sluice_projector;
grant select on sluice.runs, sluice.phases to sluice_api, sluice_operator;

alter table sluice.runs enable row level security;
create policy one_tenant on sluice.runs for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.runs to sluice_projector, sluice_operator using (true) with check (true);
alter table sluice.phases enable row level security;
create policy one_tenant on sluice.phases for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.phases to sluice_projector, sluice_operator using (true) with check (true);

-- migrate:down
drop table sluice.phases, sluice.runs cascade;
