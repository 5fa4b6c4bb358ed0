-- A page of price books (array of PricesView), newest version first.
--   p_before_version: of the last item of the page before
create or replace function sluice.list_prices(p_tenant text, p_limit integer, p_before_version bigint) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(jsonb_agg(prices_view(page) order by page.version desc), '[]')
    from (
      select b.* from billing_prices b
      where b.tenant = p_tenant and (p_before_version is null or b.version < p_before_version)
      order by b.version desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_prices(text, integer, bigint) from public;
grant execute on function sluice.list_prices(text, integer, bigint) to sluice_api;
