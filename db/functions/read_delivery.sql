-- The delivery with its attempts, oldest first, as the API answers it (DeliveryWithAttempts), or null. One round trip: it sets the tenant,
-- then row-level security applies.
create or replace function sluice.read_delivery(p_tenant text, p_id uuid) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select delivery_view(d) || jsonb_build_object('attemptLog', (
      select coalesce(jsonb_agg(attempt_view(a) order by a.attempt), '[]') from delivery_attempts a
      where a.tenant = p_tenant and a.delivery_id = p_id
    ))
    from deliveries d where d.tenant = p_tenant and d.id = p_id
  );
end
$$;

revoke all on function sluice.read_delivery(text, uuid) from public;
grant execute on function sluice.read_delivery(text, uuid) to sluice_api;
