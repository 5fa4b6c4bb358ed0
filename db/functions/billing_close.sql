-- Closes a month and every earlier one that is open: statements are taken down of it, and of those of which there is anything. Answers how many.
create or replace function sluice.billing_close(p_tenant text, p_month text, p_position bigint, p_at timestamptz) returns integer
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
declare
  v_count integer;
begin
  insert into billing_statements (tenant, month, position, closed_at, lines, unpriced)
  select p_tenant, m.month, p_position, p_at,
    (
      select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'meter', meter, 'model', model, 'role', role,
        'quantity', quantity::text, 'amount', amount::text) order by kind, meter, model, role), '[]')
      from billing_months where tenant = p_tenant and month = m.month
    ),
    (
      select coalesce(jsonb_agg(jsonb_build_object('meter', meter, 'model', model, 'quantity', quantity::text) order by meter, model), '[]')
      from (
        select meter, model, sum(quantity) as quantity from billing_unpriced where tenant = p_tenant and month = m.month group by 1, 2
      ) unpriced
    )
  from (
    select month from billing_months where tenant = p_tenant and month <= p_month
    union select month from billing_unpriced where tenant = p_tenant and month <= p_month
    union select p_month
  ) m
  where m.month > coalesce((select closed_through from billing_accounts where tenant = p_tenant), '');
  get diagnostics v_count = row_count;

  insert into billing_accounts (tenant, closed_through) values (p_tenant, p_month)
  on conflict on constraint billing_accounts_pkey do update set closed_through = greatest(billing_accounts.closed_through, excluded.closed_through);
  return v_count;
end
$$;

revoke all on function sluice.billing_close(text, text, bigint, timestamptz) from public;
grant execute on function sluice.billing_close(text, text, bigint, timestamptz) to sluice_billing;
