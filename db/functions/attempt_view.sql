-- An attempt as the API answers it (DeliveryAttempt).
create or replace function sluice.attempt_view(p_attempt sluice.delivery_attempts) returns jsonb
language sql stable
as $$
  select jsonb_build_object(
    'attempt', p_attempt.attempt,
    'startedAt', to_char(p_attempt.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'outcome', p_attempt.outcome,
    'responseStatus', p_attempt.response_status,
    'latencyMillis', p_attempt.latency_ms,
    'error', p_attempt.error,
    'answer', p_attempt.answer
  )
$$;

revoke all on function sluice.attempt_view(sluice.delivery_attempts) from public;
grant execute on function sluice.attempt_view(sluice.delivery_attempts) to sluice_api;
