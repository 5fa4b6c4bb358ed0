-- Takes a lease that is free, released or expired, for p_ttl seconds. Answers its new epoch, or null while somebody holds it.
-- Waits for transactions that have asserted the old epoch (see assert_lease).
create or replace function sluice.acquire_lease(p_name text, p_owner text, p_ttl double precision) returns bigint
language sql volatile security definer
set search_path = sluice, pg_temp
as $$
  insert into leases as held (name, owner, epoch, expires_at)
  values (p_name, p_owner, 1, clock_timestamp() + p_ttl * interval '1 second')
  on conflict (name) do update
    set owner = excluded.owner, epoch = held.epoch + 1, expires_at = clock_timestamp() + p_ttl * interval '1 second'
    where held.expires_at <= clock_timestamp()
  returning epoch
$$;

revoke all on function sluice.acquire_lease(text, text, double precision) from public;
grant execute on function sluice.acquire_lease(text, text, double precision) to sluice_relay, sluice_projector, sluice_coordinator, sluice_notification, sluice_billing, sluice_operator;
