-- Gives a lease up at once. The epoch moves on, so that nothing written under the old one passes assert_lease any more.
create or replace function sluice.release_lease(p_name text, p_epoch bigint) returns void
language sql volatile security definer
set search_path = sluice, pg_temp
as $$
  update leases set owner = null, epoch = epoch + 1, expires_at = clock_timestamp()
  where name = p_name and epoch = p_epoch
$$;

revoke all on function sluice.release_lease(text, bigint) from public;
grant execute on function sluice.release_lease(text, bigint) to sluice_relay, sluice_projector, sluice_coordinator, sluice_notification, sluice_billing, sluice_operator;
