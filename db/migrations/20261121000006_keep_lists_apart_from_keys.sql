-- migrate:up
-- These indexes are for lists, which ask for version > 0 as well. Without that condition the lookup of one row by its key could take
-- one of them and read a tenant's rows one by one: while a table is empty both ways seem equal, and the plan stays when it grows.
drop index sluice.sessions_newest, sluice.sessions_newest_by_role, sluice.sessions_newest_by_status,
  sluice.approvals_newest, sluice.approvals_newest_by_status, sluice.approvals_newest_by_subject;
create index sessions_newest on sluice.sessions (tenant, created_at) where version > 0;
create index sessions_newest_by_role on sluice.sessions (tenant, role, created_at) where version > 0;
create index sessions_newest_by_status on sluice.sessions (tenant, status, created_at) where version > 0;
create index approvals_newest on sluice.approvals (tenant, created_at) where version > 0;
create index approvals_newest_by_status on sluice.approvals (tenant, status, created_at) where version > 0;
create index approvals_newest_by_subject on sluice.approvals (tenant, subject_id, subject_type, created_at) where version > 0;

-- migrate:down
drop index sluice.sessions_newest, sluice.sessions_newest_by_role, sluice.sessions_newest_by_status,
  sluice.approvals_newest, sluice.approvals_newest_by_status, sluice.approvals_newest_by_subject;
create index sessions_newest on sluice.sessions (tenant, created_at);
create index sessions_newest_by_role on sluice.sessions (tenant, role, created_at);
create index sessions_newest_by_status on sluice.sessions (tenant, status, created_at);
create index approvals_newest on sluice.approvals (tenant, created_at);
create index approvals_newest_by_status on sluice.approvals (tenant, status, created_at);
create index approvals_newest_by_subject on sluice.approvals (tenant, subject_id, subject_type, created_at);
