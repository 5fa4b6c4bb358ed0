-- Fails with SQLSTATE SL001 unless p_epoch is the lease's epoch, and keeps it so until the transaction ends: the key-share
-- lock holds up a change of epoch (acquire, release), yet not a renewal.
create or replace function sluice.assert_lease(p_name text, p_epoch bigint) returns void
language plpgsql volatile security definer
set search_path = sluice, pg_temp
as $$
begin
  perform 1 from leases where name = p_name and epoch = p_epoch for key share;
  if not found then
    raise exception 'Epoch % no longer holds the lease %', p_epoch, p_name using errcode = 'SL001';
  end if;
end
$$;

revoke all on function sluice.assert_lease(text, bigint) from public;
grant execute on function sluice.assert_lease(text, bigint) to sluice_relay, sluice_projector, sluice_coordinator, sluice_notification, sluice_billing, sluice_operator;
