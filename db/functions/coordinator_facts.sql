-- What the coordinator's metrics say, over all tenants: timers set by kind, how many failed when last tried, and for how many seconds
-- the oldest pending checkpoint and sign-off have waited (0: there is none); runs and phases by status. A phase that is blocked counts
-- as blocked, whatever its status beneath.
create or replace function sluice.coordinator_facts() returns jsonb
language sql volatile security definer
set search_path = sluice, pg_temp
as $$
  select jsonb_build_object(
    'pending', (select coalesce(jsonb_object_agg(kind, count), '{}') from (select kind, count(*) from timers group by kind) by_kind),
    'failing', (select count(*) from timers where attempts > 0),
    'waiting', (
      select jsonb_object_agg(type, coalesce(extract(epoch from clock_timestamp() - (
        select min(created_at) from approvals
        where subject_type = type and status = 'pending' and subject_type in ('checkpoint', 'signoff')
      )), 0)::float8)
      from unnest(array['checkpoint', 'signoff']) type
    ),
    'runs', (select coalesce(jsonb_object_agg(status, count), '{}') from (select status, count(*) from runs group by status) runs),
    'phases', (
      select coalesce(jsonb_object_agg(status, count), '{}') from (
        select case when blocked then 'blocked' else status end as status, count(*) from phases group by 1
      ) phases
    )
  )
$$;

revoke all on function sluice.coordinator_facts() from public;
grant execute on function sluice.coordinator_facts() to sluice_coordinator;
