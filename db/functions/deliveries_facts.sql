-- What the metrics of webhooks say, over all tenants: the age in seconds of the oldest event that an active endpoint still waits for
-- (0: there is none), dead deliveries, and endpoints that were given up.
create or replace function sluice.deliveries_facts() returns jsonb
language sql stable
set search_path = sluice, pg_temp
as $$
  select jsonb_build_object(
    'oldestPending', (
      select coalesce(extract(epoch from clock_timestamp() - min(oldest.created_at)), 0)::float8
      from webhook_endpoints e
      cross join lateral (
        select created_at from deliveries d
        where d.tenant = e.tenant and d.subscription_id = e.subscription_id and d.status = 'pending'
        order by position limit 1
      ) oldest
      where e.status = 'active'
    ),
    'dead', (select count(*) from deliveries where status = 'dead'),
    'disabled', (select count(*) from webhook_endpoints where status = 'disabled')
  )
$$;

revoke all on function sluice.deliveries_facts() from public;
grant execute on function sluice.deliveries_facts() to sluice_notification;
