-- Keeps a lease for another p_ttl seconds. False: the epoch has passed on, or the lease expired.
create or replace function sluice.renew_lease(p_name text, p_epoch bigint, p_ttl double precision) returns boolean
language sql volatile security definer
set search_path = sluice, pg_temp
as $$
  with renewed as (
    update leases set expires_at = clock_timestamp() + p_ttl * interval '1 second'
    where name = p_name and epoch = p_epoch and expires_at > clock_timestamp()
    returning 1
  )
  select exists (select from renewed)
$$;

revoke all on function sluice.renew_lease(text, bigint, double precision) from public;
grant execute on function sluice.renew_lease(text, bigint, double precision) to sluice_relay, sluice_projector, sluice_coordinator, sluice_notification, sluice_billing, sluice_operator;
