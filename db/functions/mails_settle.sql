-- Writes down what became of an attempt, where p_instance still holds the mail for it.
--   p_status "pending": tried again p_retry_ms milliseconds from now; else it has ended
-- Answers whether it was so; false: somebody else has taken it meanwhile.
create or replace function sluice.mails_settle(
  p_instance text, p_tenant text, p_id uuid, p_attempt integer, p_status text, p_error text, p_retry_ms bigint
) returns boolean
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  update mails
  set status = p_status, error = p_error, leased_by = null,
    ended_at = case when p_status <> 'pending' then v_now end,
    next_at = v_now + coalesce(p_retry_ms, 0) * interval '1 millisecond'
  where tenant = p_tenant and id = p_id and leased_by = p_instance and attempts = p_attempt and status = 'pending';
  return found;
end
$$;

revoke all on function sluice.mails_settle(text, text, uuid, integer, text, text, bigint) from public;
grant execute on function sluice.mails_settle(text, text, uuid, integer, text, text, bigint) to sluice_notification;
