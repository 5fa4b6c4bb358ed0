-- The subscription as the API answers it (SubscriptionView), or null; one that is deleted says so by its status. One round trip: it sets
-- the tenant, then row-level security applies.
create or replace function sluice.read_subscription(p_tenant text, p_id text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (select view from subscriptions where tenant = p_tenant and id = p_id);
end
$$;

revoke all on function sluice.read_subscription(text, text) from public;
grant execute on function sluice.read_subscription(text, text) to sluice_api;
