-- $1 ledger entries of a year of work, with the sums that billing keeps of them: 2,000 sessions of eight roles, five models.
with entry as (
  insert into sluice.billing_ledger (tenant, position, line, kind, source_id, meter, part, revision, item, event_id, debit, credit, amount,
    quantity, price_version, at, month, late, model, role, session_id, run_id, phase)
  select 'bench', n, 0, 'usage', id, (array['tokens.input', 'tokens.output'])[n % 2 + 1], 0, 0, 0, id, 'balance', 'usage',
    (100 + n % 5000)::numeric * 3000000000, 100 + n % 5000, 1, at, to_char(at at time zone 'UTC', 'YYYY-MM'), false,
    'model-' || n % 5, 'role-' || n % 8, 'session-' || n / 500, '', ''
  from generate_series(1, $1::integer) n,
    lateral (select uuidv7() as id, now() - interval '365 days' * (n::double precision / $1::integer) as at) given
  returning tenant, (at at time zone 'UTC')::date as day, meter, model, role, session_id, quantity, amount
), days as (
  insert into sluice.billing_days (tenant, day, meter, model, role, quantity, unpriced, amount)
  select tenant, day, meter, model, role, sum(quantity), 0, sum(amount) from entry group by tenant, day, meter, model, role
)
insert into sluice.billing_work (tenant, day, session_id, run_id, phase, role, task_id, meter, quantity, unpriced, amount)
select tenant, day, session_id, '', '', role, '', meter, sum(quantity), 0, sum(amount) from entry group by tenant, day, session_id, role, meter
