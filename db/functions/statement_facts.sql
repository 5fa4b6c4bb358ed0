-- What a month's statement is made of: {"month", "status", "closedAt", "lines": [{"kind", "meter", "model", "role", "quantity", "amount"}],
-- "unpriced": [{"meter", "model", "quantity"}]}. Sums are text; '' where there is none. A closed month is as it was closed, an open one as it
-- stands.
create or replace function sluice.statement_facts(p_tenant text, p_month text) returns jsonb
language sql stable
set search_path = sluice, pg_temp
as $$
  select jsonb_build_object(
    'month', p_month,
    'status', case when account.closed then 'closed' else 'open' end,
    'closedAt', to_char(closing.closed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'lines', coalesce(
      closing.lines,
      (
        select jsonb_agg(
          jsonb_build_object(
            'kind', m.kind, 'meter', m.meter, 'model', m.model, 'role', m.role, 'quantity', m.quantity::text, 'amount', m.amount::text
          ))
        from billing_months m where m.tenant = p_tenant and m.month = p_month
      ), '[]'),
    'unpriced', coalesce(
      closing.unpriced, billing_unpriced_units(p_tenant, (p_month || '-01')::date, ((p_month || '-01')::date + interval '1 month')::date)
    )
  )
  from (
    select coalesce((select a.closed_through >= p_month from billing_accounts a where a.tenant = p_tenant), false) as closed
  ) account
  -- A month in which there was nothing has no row of its own: it was closed with the next one that has.
  left join lateral (
    select s.closed_at, case s.month when p_month then s.lines else '[]' end as lines,
      case s.month when p_month then s.unpriced else '[]' end as unpriced
    from billing_statements s
    where s.tenant = p_tenant and s.month >= p_month
    order by s.month
    limit 1
  ) closing on account.closed
$$;

revoke all on function sluice.statement_facts(text, text) from public;
grant execute on function sluice.statement_facts(text, text) to sluice_api;
