-- Adds to billing's sums, and keeps what is known of sessions and tasks. Quantities and amounts are text.
--   p_months: [[tenant, month, kind, meter, model, role, quantity, amount], …]
--   p_days: [[tenant, day, meter, model, role, quantity, unpriced, amount], …]
--   p_work: [[tenant, day, session, run, phase, role, task, meter, quantity, unpriced, amount], …]
--   p_counters: [[tenant, month, meter, model, quantity in all], …]
--   p_sessions: [[tenant, session, role, task, since, active ms], …]    p_tasks: [[tenant, task, run, phase], …]
create or replace function sluice.billing_add(
  p_months jsonb, p_days jsonb, p_work jsonb, p_counters jsonb, p_sessions jsonb, p_tasks jsonb
) returns void
language sql volatile
set search_path = sluice, pg_temp
as $$
  insert into billing_months as sum (tenant, month, kind, meter, model, role, quantity, amount)
  select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, (value ->> 6)::numeric, (value ->> 7)::numeric
  from jsonb_array_elements(p_months)
  on conflict on constraint billing_months_pkey do update
    set quantity = sum.quantity + excluded.quantity, amount = sum.amount + excluded.amount;

  insert into billing_days as sum (tenant, day, meter, model, role, quantity, unpriced, amount)
  select value ->> 0, (value ->> 1)::date, value ->> 2, value ->> 3, value ->> 4, (value ->> 5)::numeric, (value ->> 6)::numeric,
    (value ->> 7)::numeric
  from jsonb_array_elements(p_days)
  on conflict on constraint billing_days_pkey do update
    set quantity = sum.quantity + excluded.quantity, unpriced = sum.unpriced + excluded.unpriced, amount = sum.amount + excluded.amount;

  insert into billing_work as sum (tenant, day, session_id, run_id, phase, role, task_id, meter, quantity, unpriced, amount)
  select value ->> 0, (value ->> 1)::date, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
    (value ->> 8)::numeric, (value ->> 9)::numeric, (value ->> 10)::numeric
  from jsonb_array_elements(p_work)
  on conflict on constraint billing_work_pkey do update
    set quantity = sum.quantity + excluded.quantity, unpriced = sum.unpriced + excluded.unpriced, amount = sum.amount + excluded.amount;

  insert into billing_counters (tenant, month, meter, model, quantity)
  select value ->> 0, value ->> 1, value ->> 2, value ->> 3, (value ->> 4)::numeric from jsonb_array_elements(p_counters)
  on conflict on constraint billing_counters_pkey do update set quantity = excluded.quantity;

  insert into billing_sessions (tenant, session_id, role, task_id, since, active_ms)
  select value ->> 0, value ->> 1, value ->> 2, nullif(value ->> 3, ''), (value ->> 4)::timestamptz, (value ->> 5)::bigint
  from jsonb_array_elements(p_sessions)
  on conflict on constraint billing_sessions_pkey do update
    set task_id = excluded.task_id, since = excluded.since, active_ms = excluded.active_ms;

  insert into billing_tasks (tenant, task_id, run_id, phase)
  select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from jsonb_array_elements(p_tasks)
  on conflict do nothing;
$$;

revoke all on function sluice.billing_add(jsonb, jsonb, jsonb, jsonb, jsonb, jsonb) from public;
grant execute on function sluice.billing_add(jsonb, jsonb, jsonb, jsonb, jsonb, jsonb) to sluice_billing;
