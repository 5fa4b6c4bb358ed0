-- Writes what billing has planned. Amounts, quantities of sums and times are text. Whatever is posted twice fails: the ledger holds each
-- (event, meter) once.
--   p_usage: [[tenant, source, meter, part, event, position, at, until, active ms, quantity, before, model, role, session, run, phase, task,
--             [[line, item, at, quantity, amount, price version, month, late], …]], …]; line, amount … null: unpriced
--   p_entries: [[tenant, position, line, kind, source, meter, part, revision, item, event, debit, credit, amount, quantity, price version, at,
--               month, late, model, role, session, run, phase, reason], …]
create or replace function sluice.billing_post(p_usage jsonb, p_entries jsonb) returns void
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  if p_usage <> '[]' then
    with used as materialized (
      select value ->> 0 as tenant, (value ->> 1)::uuid as source_id, value ->> 2 as meter, (value ->> 3)::smallint as part,
        (value ->> 4)::uuid as event_id, (value ->> 5)::bigint as position, (value ->> 6)::timestamptz as at,
        (value ->> 7)::timestamptz as until, (value ->> 8)::bigint as active_ms, (value ->> 9)::bigint as quantity,
        (value ->> 10)::numeric as before, value ->> 11 as model, value ->> 12 as role, value ->> 13 as session_id,
        value ->> 14 as run_id, value ->> 15 as phase, value ->> 16 as task_id, left(value ->> 6, 7) as month, value -> 17 as items
      from jsonb_array_elements(p_usage)
    ), kept as (
      insert into billing_usage (tenant, source_id, meter, part, event_id, position, at, until, active_ms, quantity, before, month,
        model, role, session_id, run_id, phase, task_id)
      select tenant, source_id, meter, part, event_id, position, at, until, active_ms, quantity, before, month,
        model, role, session_id, run_id, phase, task_id
      from used
    ), unpriced as (
      insert into billing_unpriced (tenant, source_id, meter, part, item, at, quantity, month, model)
      select tenant, source_id, meter, part, (item.value ->> 1)::smallint, (item.value ->> 2)::timestamptz,
        (item.value ->> 3)::bigint, month, model
      from used, jsonb_array_elements(items) item
      where item.value ->> 0 is null
    )
    insert into billing_ledger (tenant, position, line, kind, source_id, meter, part, revision, item, event_id, debit, credit, amount,
      quantity, price_version, at, month, late, model, role, session_id, run_id, phase)
    select tenant, position, (item.value ->> 0)::integer, 'usage', source_id, meter, part, 0, (item.value ->> 1)::smallint, event_id,
      'balance', 'usage', (item.value ->> 4)::numeric, (item.value ->> 3)::bigint, (item.value ->> 5)::integer,
      (item.value ->> 2)::timestamptz, item.value ->> 6, (item.value ->> 7)::boolean, model, role, session_id, run_id, phase
    from used, jsonb_array_elements(items) item
    where item.value ->> 0 is not null;
  end if;

  if p_entries <> '[]' then
    insert into billing_ledger (tenant, position, line, kind, source_id, meter, part, revision, item, event_id, debit, credit, amount,
      quantity, price_version, at, month, late, model, role, session_id, run_id, phase, reason)
    select value ->> 0, (value ->> 1)::bigint, (value ->> 2)::integer, value ->> 3, (value ->> 4)::uuid, value ->> 5,
      (value ->> 6)::smallint, (value ->> 7)::integer, (value ->> 8)::smallint, (value ->> 9)::uuid, value ->> 10, value ->> 11,
      (value ->> 12)::numeric, (value ->> 13)::bigint, (value ->> 14)::integer, (value ->> 15)::timestamptz, value ->> 16,
      (value ->> 17)::boolean, value ->> 18, value ->> 19, value ->> 20, value ->> 21, value ->> 22, value ->> 23
    from jsonb_array_elements(p_entries);
  end if;
end
$$;

revoke all on function sluice.billing_post(jsonb, jsonb) from public;
grant execute on function sluice.billing_post(jsonb, jsonb) to sluice_billing;
