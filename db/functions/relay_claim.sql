-- Takes the relay's state over for a lease's epoch and answers it; from then on saves of older epochs are refused.
-- Fails with SQLSTATE SL001 when a newer epoch has been here.
create or replace function sluice.relay_claim(p_epoch bigint) returns setof sluice.relay_state
language plpgsql volatile security definer
set search_path = sluice, pg_temp
as $$
begin
  return query update relay_state set epoch = p_epoch where epoch <= p_epoch returning *;
  if not found then
    raise exception 'Epoch % of the relay has been superseded', p_epoch using errcode = 'SL001';
  end if;
end
$$;

revoke all on function sluice.relay_claim(bigint) from public;
grant execute on function sluice.relay_claim(bigint) to sluice_relay;
