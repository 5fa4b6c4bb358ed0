-- A version of the price book (PricesView), or null. One round trip: it sets the tenant, then row-level security applies.
create or replace function sluice.read_prices(p_tenant text, p_version integer) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (select prices_view(b) from billing_prices b where b.tenant = p_tenant and b.version = p_version);
end
$$;

revoke all on function sluice.read_prices(text, integer) from public;
grant execute on function sluice.read_prices(text, integer) to sluice_api;
