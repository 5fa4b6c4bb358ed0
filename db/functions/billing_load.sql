-- What billing has to know of the past before it takes its next events, each row found by its key.
--   p_sessions: [[tenant, session id], …]    p_tasks: [[tenant, task id], …]    p_counters: [[tenant, month, meter, model], …]
--   p_timed: [tenant, …] whose active time may be metered: all their counters of session.seconds
create or replace function sluice.billing_load(p_sessions jsonb, p_tasks jsonb, p_counters jsonb, p_timed jsonb) returns jsonb
language sql stable
set search_path = sluice, pg_temp
as $$
  with session as (
    select found.*
    from jsonb_array_elements(p_sessions) wanted,
      lateral (
        select * from billing_sessions where tenant = wanted.value ->> 0 and session_id = wanted.value ->> 1 limit 1
      ) found
  ), task as (
    select value ->> 0 as tenant, value ->> 1 as task_id from jsonb_array_elements(p_tasks)
    union
    select tenant, task_id from session where task_id is not null
  )
  select jsonb_build_object(
    'sessions', (
      select coalesce(jsonb_agg(jsonb_build_array(tenant, session_id, role, coalesce(task_id, ''),
        to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), active_ms)), '[]')
      from session
    ),
    'tasks', (
      select coalesce(jsonb_agg(jsonb_build_array(found.tenant, found.task_id, found.run_id, found.phase)), '[]')
      from task, lateral (select * from billing_tasks where tenant = task.tenant and task_id = task.task_id limit 1) found
    ),
    'counters', (
      select coalesce(jsonb_agg(jsonb_build_array(tenant, month, meter, model, quantity::text)), '[]')
      from (
        select found.*
        from jsonb_array_elements(p_counters) wanted,
          lateral (
            select * from billing_counters
            where tenant = wanted.value ->> 0 and month = wanted.value ->> 1 and meter = wanted.value ->> 2
              and model = wanted.value ->> 3 limit 1
          ) found
        union
        select found.* from jsonb_array_elements_text(p_timed) wanted,
          lateral (select * from billing_counters where tenant = wanted.value and meter = 'session.seconds' and model = '') found
      ) counter
    )
  )
$$;

revoke all on function sluice.billing_load(jsonb, jsonb, jsonb, jsonb) from public;
grant execute on function sluice.billing_load(jsonb, jsonb, jsonb, jsonb) to sluice_billing;
