-- Units that were used and have no price, by meter and model: array of {"meter", "model", "quantity"}, in that order; model '' is none. From sums
-- by day.
--   p_from: inclusive    p_to: exclusive
create or replace function sluice.billing_unpriced_units(p_tenant text, p_from date, p_to date) returns jsonb
language sql stable
set search_path = sluice, pg_temp
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object('meter', found.meter, 'model', found.model, 'quantity', found.quantity::text) order by found.meter, found.model
    ), '[]')
  from (
    select d.meter, d.model, sum(d.unpriced) as quantity from billing_days d
    where d.tenant = p_tenant and d.unpriced > 0 and (p_from is null or d.day >= p_from) and (p_to is null or d.day < p_to)
    group by d.meter, d.model
  ) found
$$;

revoke all on function sluice.billing_unpriced_units(text, date, date) from public;
grant execute on function sluice.billing_unpriced_units(text, date, date) to sluice_api;
