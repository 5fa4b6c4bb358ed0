-- migrate:up
-- Who consumes a tenant's events from the broker, under which of the tenant's slots. This is the authority: the API makes the durables
-- from it, and takes away those it does not know.
create table sluice.subscribers (
  tenant text collate "C" not null,
  name text collate "C" not null,
  slot integer not null,
  types text[] collate "C" not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint subscribers_pkey primary key (tenant, name),
  constraint subscribers_one_per_slot unique (tenant, slot),
  constraint subscribers_slot check (slot between 1 and 16)
);

grant select, insert, delete on sluice.subscribers to sluice_api;
grant select on sluice.subscribers to sluice_operator;

-- The second wall: the API sees one tenant at a time.
alter table sluice.subscribers enable row level security;
create policy one_tenant on sluice.subscribers to sluice_api
  using (tenant = current_setting('sluice.tenant', true)) with check (tenant = current_setting('sluice.tenant', true));
create policy all_tenants on sluice.subscribers for select to sluice_operator using (true);

-- migrate:down
drop table sluice.subscribers cascade;
