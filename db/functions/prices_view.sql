-- A price book as the API answers it (PricesView).
create or replace function sluice.prices_view(p_book sluice.billing_prices) returns jsonb
language sql stable
set search_path = sluice, pg_temp
as $$
  select jsonb_build_object(
    'version', p_book.version,
    'effectiveFrom', to_char(p_book.effective_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'prices', p_book.prices,
    'publishedAt', to_char(p_book.published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'publishedBy', p_book.published_by
  )
$$;

revoke all on function sluice.prices_view(sluice.billing_prices) from public;
grant execute on function sluice.prices_view(sluice.billing_prices) to sluice_api;
