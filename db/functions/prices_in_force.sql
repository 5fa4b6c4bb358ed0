-- What usage costs from now on: {"prices": those of the book in force, or null, "used": [{"meter", "model", "quantity"}]: how far this month's
-- tiers are used up}.
create or replace function sluice.prices_in_force(p_tenant text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return jsonb_build_object(
    'prices', (
      select b.prices from billing_prices b
      where b.tenant = p_tenant and b.effective_from <= v_now
      order by b.effective_from desc, b.version desc
      limit 1
    ),
    'used', (
      select coalesce(jsonb_agg(jsonb_build_object('meter', c.meter, 'model', c.model, 'quantity', c.quantity::text)), '[]')
      from billing_counters c
      where c.tenant = p_tenant and c.month = to_char(v_now at time zone 'UTC', 'YYYY-MM')
    )
  );
end
$$;

revoke all on function sluice.prices_in_force(text) from public;
grant execute on function sluice.prices_in_force(text) to sluice_api;
