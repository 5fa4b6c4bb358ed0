-- migrate:up
-- A workflow is the fold of its stream, as sessions and approvals are; so is a definition, whose one event holds a document. A
-- document is named by its digest, which the versions of workflows name. Indexes for lists are partial, as in keep_lists_apart_from_keys.
create table sluice.workflows (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  view jsonb not null,
  fold jsonb not null,
  name text collate "C" not null generated always as (view ->> 'name') stored,
  created_at timestamptz not null,
  constraint workflows_pkey primary key (tenant, id)
) with (fillfactor = 80);
create index workflows_newest on sluice.workflows (tenant, created_at) where version > 0;

create table sluice.definitions (
  tenant text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  view jsonb not null,
  fold jsonb not null,
  digest text collate "C" not null generated always as (view ->> 'digest') stored,
  created_at timestamptz not null,
  constraint definitions_pkey primary key (tenant, id)
);
create index definitions_by_digest on sluice.definitions (tenant, digest) where version > 0;

grant select, insert, update, delete on sluice.workflows, sluice.definitions to sluice_projector;
grant select on sluice.workflows, sluice.definitions to sluice_api, sluice_operator;

alter table sluice.workflows enable row level security;
create policy one_tenant on sluice.workflows for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.workflows to sluice_projector, sluice_operator using (true) with check (true);
alter table sluice.definitions enable row level security;
create policy one_tenant on sluice.definitions for select to sluice_api using (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.definitions to sluice_projector, sluice_operator using (true) with check (true);

-- migrate:down
drop table sluice.definitions, sluice.workflows cascade;
