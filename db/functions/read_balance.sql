-- What a tenant owes: {"charges": {kind: amount}, "unpriced": [{"meter", "model", "quantity"}]}. Amounts are text, positive for what is charged
-- and negative for what is given.
create or replace function sluice.read_balance(p_tenant text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return jsonb_build_object(
    'charges', (
      select coalesce(jsonb_object_agg(by_kind.kind, by_kind.amount::text), '{}')
      from (select m.kind, sum(m.amount) as amount from billing_months m where m.tenant = p_tenant group by m.kind) by_kind
    ),
    'unpriced', billing_unpriced_units(p_tenant, null, null)
  );
end
$$;

revoke all on function sluice.read_balance(text) from public;
grant execute on function sluice.read_balance(text) to sluice_api;
