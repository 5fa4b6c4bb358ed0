-- Tries a timer again p_millis from now, and notes why. p_error null: it did not fail, so the attempt does not count.
create or replace function sluice.timers_postpone(
  p_tenant text, p_stream_id text, p_kind text, p_millis bigint, p_error text
) returns void
language sql volatile
set search_path = sluice, pg_temp
as $$
  update timers set try_at = greatest(due_at, clock_timestamp() + p_millis * interval '1 millisecond'),
    attempts = attempts + case when p_error is null then 0 else 1 end, error = coalesce(p_error, error)
  where tenant = p_tenant and stream_id = p_stream_id and kind = p_kind
$$;

revoke all on function sluice.timers_postpone(text, text, text, bigint, text) from public;
grant execute on function sluice.timers_postpone(text, text, text, bigint, text) to sluice_coordinator;
