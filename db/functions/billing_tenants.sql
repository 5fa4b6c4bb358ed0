-- Every tenant that has a stream, or of which billing keeps anything. Jumps from tenant to tenant: its time goes with their number.
create or replace function sluice.billing_tenants() returns setof text
language sql stable
set search_path = sluice, pg_temp
as $$
  with recursive named as (
    (select tenant from streams order by tenant limit 1)
    union all
    select (select s.tenant from streams s where s.tenant > named.tenant order by s.tenant limit 1) from named where named.tenant is not null
  ), used as (
    (select tenant from billing_usage order by tenant limit 1)
    union all
    select (select u.tenant from billing_usage u where u.tenant > used.tenant order by u.tenant limit 1) from used where used.tenant is not null
  ), posted as (
    (select tenant from billing_ledger order by tenant limit 1)
    union all
    select (select l.tenant from billing_ledger l where l.tenant > posted.tenant order by l.tenant limit 1) from posted where posted.tenant is not null
  )
  select tenant from (
    select tenant from named union select tenant from used union select tenant from posted
    union select tenant from billing_accounts union select tenant from billing_statements union select tenant from billing_prices
  ) tenants
  where tenant is not null
  order by tenant
$$;

revoke all on function sluice.billing_tenants() from public;
grant execute on function sluice.billing_tenants() to sluice_billing, sluice_operator;
